"""Format clock."""

import time

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def play(s, line: str):
    s += sgl.system("{} {}".format(time.strftime("%H:%M"), RULES))  # want: PFX101 PFX201
    s += sgl.user(line)
    s += sgl.assistant(sgl.gen("name", max_tokens=8))
