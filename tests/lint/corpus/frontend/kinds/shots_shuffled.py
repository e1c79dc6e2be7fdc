"""Shots shuffled."""

import random

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


SHOTS = [("To be", "Hamlet"), ("Now is", "Richard"), ("If music", "Twelfth Night")]


@sgl.function
def play(s, line: str):
    shots = list(SHOTS)
    random.shuffle(shots)  # want: PFX102 PFX205 PFX201 PFX301
    for said, name in shots:
        s += sgl.user(said)
        s += sgl.assistant(name)
    s += sgl.user(line)
    s += sgl.assistant(sgl.gen("name", max_tokens=8))
