"""What values are and what may be done to them, at compile time and at run time alike: leaves.

Every floor may import these files; they import nothing else of the project.
"""
