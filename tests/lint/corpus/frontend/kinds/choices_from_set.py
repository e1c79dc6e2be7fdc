"""Choices from set."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


KINDS = {"comedy", "tragedy", "farce", "satire"}


@sgl.function
def play(s, line: str):
    s += sgl.system(RULES + " Kinds: " + ", ".join(KINDS))  # want: PFX301
    s += sgl.user(line)
    s += sgl.assistant(sgl.gen("kind", choices=list(KINDS)))
