"""The judges of request logs, one for each kind of loss. `logs/read.py` calls `judge.py`."""
