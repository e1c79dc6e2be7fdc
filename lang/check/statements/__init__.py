"""The checks of statements: one function a kind, one door (`body`) for the blocks inside them.

`files` makes a body with `kinds.body_of` for each program, prompt and test.
"""
