from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import dspy
class QA(dspy.Signature):
    """Answer."""
    q: str = dspy.InputField()
    a: str = dspy.OutputField()
def ask(q):
    return dspy.Predict(QA.with_instructions(head()))(q=q)
