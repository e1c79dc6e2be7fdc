"""A DSPy program rewrites its instructions with the hour."""

import datetime

import dspy

BASE = "Sort letters by office. Copy the name of the sender. Mark what is urgent. " * 60


class Sort(dspy.Signature):
    letter: str = dspy.InputField()
    office: str = dspy.OutputField()


class Clerk(dspy.Module):
    def __init__(self):
        super().__init__()
        self.sort = dspy.Predict(Sort)

    def forward(self, letter):
        hour = datetime.datetime.now().strftime("%H:%M")  # want: PFX101
        signature = Sort.with_instructions("\n".join([f"Time: {hour}", BASE]))
        self.sort.signature = signature
        return self.sort(letter=letter)
