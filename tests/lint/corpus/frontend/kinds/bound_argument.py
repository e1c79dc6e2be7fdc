"""Bound argument."""

from datetime import datetime

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def play(s, now: str, line: str):
    s += sgl.system(f"It is {now}. " + RULES)  # want: PFX201 PFX101
    s += sgl.user(line)
    s += sgl.assistant(sgl.gen("name", max_tokens=8))


def ask(line: str):
    return play.run(now=f"{datetime.now():%H:%M}", line=line)["name"]  # want: PFX101 PFX201
