"""Methods of values that are no objects of the project. `calls.py` and `statements/` call it."""
