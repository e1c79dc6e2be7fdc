"""Begin end id."""

import secrets

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def play(s, line: str):
    s += sgl.system_begin()
    s += "Ticket " + secrets.token_hex(4) + ". "  # want: PFX102 PFX201
    s += RULES
    s += sgl.system_end()
    s += sgl.user(line)
    s += sgl.assistant(sgl.gen("name", max_tokens=8))
