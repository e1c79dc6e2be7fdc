"""Dspy.ReAct with datetime in instructions string."""

import datetime
import dspy
GUIDE = "For e11 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def build(tools):
    text = f"Now: {datetime.datetime.now().isoformat()}.\n{GUIDE}"  # want: PFX101
    return dspy.ReAct(dspy.Signature("question -> answer", text), tools=tools)
