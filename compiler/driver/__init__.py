"""From source files to modules and plans: which files, which target, which revision.

Commands, the Python door, tests and the editor call `compilation`; nothing here runs a plan.
"""
