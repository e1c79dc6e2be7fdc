"""Functions of other packages and builtins: what they give, by name. `calls.py` and `methods/` call it."""
