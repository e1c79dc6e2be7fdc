"""What a module means: the reference interpreter, which every optimization is judged against.

Tests and `sglc test` call `interpret`; nothing that ships a plan does.
"""
