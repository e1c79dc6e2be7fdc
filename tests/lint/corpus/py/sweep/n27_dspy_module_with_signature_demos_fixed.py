"""Dspy module with signature, demos fixed."""

import dspy
class Sort(dspy.Signature):
    """Sort a letter to a desk."""
    letter: str = dspy.InputField()
    desk: str = dspy.OutputField()
sorter = dspy.Predict(Sort)
def run(letters): return [sorter(letter=x).desk for x in letters]
