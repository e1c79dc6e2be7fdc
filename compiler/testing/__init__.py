"""The `test` blocks of source files: running them, the model behind them, and their reports.

`sglc test` calls it.
"""
