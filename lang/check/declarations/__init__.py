"""What a file declares: its names, their signatures, and what programs and prompts do and call.

Called by `files`, once a file, before any body is checked.
"""
