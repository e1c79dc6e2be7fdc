"""Batch runs: the rows of a file through one plan, and the journal that survives a crash.

`compiler.running.execution` calls `run.run_rows`, with a `journal.Journal` where results are to survive a crash.
"""
