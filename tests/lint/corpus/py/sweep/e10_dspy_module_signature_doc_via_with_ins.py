"""Dspy module: signature doc via with_instructions inside forward."""

import time
import dspy
GUIDE = "For e10 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Answer(dspy.Signature):
    question: str = dspy.InputField()
    answer: str = dspy.OutputField()
class Clerk(dspy.Module):
    def forward(self, question):
        sig = Answer.with_instructions(GUIDE + f"\nClock: {time.strftime('%H:%M:%S')}")  # want: PFX101
        return dspy.Predict(sig)(question=question)
