"""Batch runs: the rows of a file through one plan, and the journal that survives a crash.

The compiler's command line calls `run.run_rows` with a `journal.Journal`.
"""
