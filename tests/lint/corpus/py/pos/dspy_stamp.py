from datetime import datetime

import dspy


class Triage(dspy.Module):
    def __init__(self) -> None:
        super().__init__()
        self.judge = dspy.Predict("ticket -> urgency")

    def forward(self, ticket: str):
        signature = dspy.Signature("ticket -> urgency").with_instructions(
            f"Now: {datetime.now():%H:%M}. Judge how urgent the ticket is. Outages come first. "
            * 4  # want: PFX101
        )
        return dspy.Predict(signature)(ticket=ticket)
