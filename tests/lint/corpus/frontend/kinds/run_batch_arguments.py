"""Run batch arguments."""

import uuid

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def play(s, head: str, line: str):
    s += sgl.system(head + RULES)
    s += sgl.user(line)
    s += sgl.assistant(sgl.gen("name", max_tokens=8))


def all_of(lines):
    rows = [{"head": f"[{uuid.uuid4()}] ", "line": line} for line in lines]  # want: PFX102 PFX201
    return play.run_batch(rows)
