"""A program that says how long it has been running."""

import time

from sglc import assistant, function, gen, system, user

RULES = "Name the stone by its colour, its weight and its grain. " * 50
START = time.perf_counter()


@function
def stone(s, text: str):
    s += system(f"{time.perf_counter() - START:.1f}s in. " + RULES)  # want: PFX101
    s += user(text)
    s += assistant(gen("name", max_tokens=8))
