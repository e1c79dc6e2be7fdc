from datetime import datetime
from zoneinfo import ZoneInfo

import dspy

dspy.configure(lm=dspy.LM("openai/gpt-4.1", cache=False))

with open("rota/guidelines.md") as fh:
    GUIDELINES = fh.read()


class ProposeSwap(dspy.Signature):
    request: str = dspy.InputField()
    roster: str = dspy.InputField()
    proposal: str = dspy.OutputField()


class RotaAgent(dspy.Module):
    def __init__(self, tz: str = "Europe/Lisbon"):
        super().__init__()
        self.tz = ZoneInfo(tz)

    def _instructions(self) -> str:
        local = datetime.now(self.tz).strftime("%A %d %B, %H:%M")  # want: PFX101 PFX201
        return f"It is {local} on the ward.\n{GUIDELINES}"

    def forward(self, request: str, roster: str):
        signature = ProposeSwap.with_instructions(self._instructions())  # want: PFX101 PFX201
        return dspy.Predict(signature)(request=request, roster=roster)
