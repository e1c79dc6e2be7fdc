"""One call of a model, from the step of a plan to the value that the program sees, and its record.

`control` and `forks` hand steps to `calls`; the other files are what a call is made of.
"""
