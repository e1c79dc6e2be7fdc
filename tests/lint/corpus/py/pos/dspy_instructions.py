"""Instructions of a signature hold the time."""

import datetime

import dspy


class Route(dspy.Signature):
    """Send a letter to a department."""

    letter: str = dspy.InputField()
    department: str = dspy.OutputField()


class Router(dspy.Module):
    def forward(self, letter: str):
        now = datetime.datetime.now().strftime("%H:%M")  # want: PFX101
        step = dspy.Predict(Route.with_instructions(f"It is {now}. Send a letter to a department."))
        return step(letter=letter)
