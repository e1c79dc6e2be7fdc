"""Select after clock."""

from datetime import datetime

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def stamp() -> str:
    return datetime.now().strftime("%c")  # want: PFX101 PFX201


@sgl.function
def play(s, line: str):
    s += sgl.system(stamp() + "\n" + RULES)
    s += sgl.user(line)
    s += sgl.assistant(sgl.select("kind", choices=["comedy", "tragedy"]))
