"""Dspy signature with_instructions."""

import datetime, dspy
GUIDE = "For b16 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Sort(dspy.Signature):
    """Sort a letter."""
    letter: str = dspy.InputField()
    desk: str = dspy.OutputField()
def build():
    return dspy.Predict(Sort.with_instructions(f"As of {datetime.datetime.now()}: {GUIDE}"))  # want: PFX101
def sort(letter): return build()(letter=letter).desk
