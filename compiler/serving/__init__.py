"""From files to a running server: programs are compiled, their pages are made, and the runtime is handed both.

Called by `sglc serve`.
"""
