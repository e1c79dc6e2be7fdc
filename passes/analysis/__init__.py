"""What passes ask about a module: questions that change nothing.

Passes and the parts of passes call them; the planner asks a few of the same questions.
"""
