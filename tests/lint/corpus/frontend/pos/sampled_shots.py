"""A program that draws its examples anew."""

import random

from sglc import assistant, function, gen, system, user

RULES = "Name the stone by its colour, its weight and its grain. " * 50
SHOTS = ["grey and heavy: basalt", "white and soft: chalk", "green and hard: jade"]


@function
def stone(s, text: str):
    shots = random.sample(SHOTS, 2)  # want: PFX205 PFX102 PFX201
    s += system("\n".join(shots) + "\n" + RULES)
    s += user(text)
    s += assistant(gen("name", max_tokens=8))
