"""Fixes that are offered for findings in Python. `run.py` asks for them; `fixes.py` performs them."""
