"""Whether a module is well formed: names and sites, types, prompts and turns.

The driver and the passes' runner call `verifier.verify`; the other files are its parts.
"""
