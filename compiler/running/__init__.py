"""Running a plan from the command line: its arguments, host functions and backend.

Commands call `execution.execute_job`.
"""
