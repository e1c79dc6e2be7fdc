"""A checker of recipes: the newest turns are handed over as a history."""

import dspy


class Check(dspy.Signature):
    """Say what is wrong with the newest change of a recipe."""

    history: dspy.History = dspy.InputField()
    change: str = dspy.InputField()
    verdict: str = dspy.OutputField()


class Kitchen(dspy.Module):
    def __init__(self):
        super().__init__()
        self.check = dspy.Predict(Check)
        self.changes: list[dict] = []

    def talk(self) -> dspy.History:
        return dspy.History(messages=self.changes[-12:])  # want: PFX207

    def forward(self, change: str):
        found = self.check(history=self.talk(), change=change)
        self.changes.append({"change": change, "verdict": found.verdict})
        return found
