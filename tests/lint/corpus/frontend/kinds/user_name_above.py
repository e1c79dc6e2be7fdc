"""User name above."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def play(s, user, line: str):
    s += sgl.system(f"You talk to {user.name}.\n" + RULES)  # want: PFX104 PFX201 PFX202
    s += sgl.user(line)
    s += sgl.assistant(sgl.gen("name", max_tokens=8))
