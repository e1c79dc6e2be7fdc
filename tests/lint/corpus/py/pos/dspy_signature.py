"""A DSPy module whose signature is written at each call."""
from datetime import datetime

import dspy

GUIDE = "Decide which department a letter belongs to. " * 100


class Route(dspy.Module):
    def forward(self, letter: str):
        note = f"Received {datetime.now():%H:%M}. "  # want: PFX101 PFX201
        signature = dspy.Signature("letter -> department", instructions=note + GUIDE)
        return dspy.Predict(signature)(letter=letter)
