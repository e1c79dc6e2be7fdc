"""The Python door: `function`, `Program`, `State`, endpoints, and direct mode (`strand`, `operations`, `live`).

`sglc/__init__.py` exports its public names; no other room imports it, except for what a host file may define.
"""
