"""Batch runs: the rows of a file through one plan, and the journal that survives a crash.

`compiler.running` opens the rows (`reading.py`) and the journal (`journal.py`), and calls `run.run_rows` with both.
"""
