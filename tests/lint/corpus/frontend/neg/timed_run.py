"""The run is timed from outside."""

import time

from sglc import assistant, function, gen, system, user

RULES = "Name the stone by its colour, its weight and its grain. " * 50


@function
def stone(s, text: str):
    s += system(RULES)
    s += user(text)
    s += assistant(gen("name", max_tokens=8))


def measure(text: str) -> float:
    started = time.perf_counter()
    stone.run(text=text)
    return time.perf_counter() - started
