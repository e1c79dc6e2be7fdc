from datetime import datetime

import dspy


class Urgency(dspy.Signature):
    """Judge how urgent the ticket is. Outages come first, then what stops one customer, then the rest."""

    ticket: str = dspy.InputField()
    received: str = dspy.InputField()
    urgency: str = dspy.OutputField()


class Triage(dspy.Module):
    def __init__(self) -> None:
        super().__init__()
        self.judge = dspy.ChainOfThought(Urgency)

    def forward(self, ticket: str):
        return self.judge(ticket=ticket, received=datetime.now().isoformat())
