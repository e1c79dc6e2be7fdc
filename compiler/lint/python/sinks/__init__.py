"""Calls that send a prompt, and what is wrong with what they are given. `calls.py` and the machine call it."""
