"""Role blocks clock."""

import datetime

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def play(s, line: str):
    with s.system():
        s += f"Asked at {datetime.datetime.now().isoformat()}. "  # want: PFX101 PFX201
        s += RULES
    with s.user():
        s += line
    with s.assistant():
        s += sgl.gen("name", max_tokens=8)
