"""A program that replays the newest messages alone."""

from sglc import assistant, function, gen, system, user

RULES = "Name the stone by its colour, its weight and its grain. " * 50


@function
def stone(s, history, text: str):
    s += system(RULES)
    for message in history[-12:]:  # want: PFX207
        s += user(message)
    s += user(text)
    s += assistant(gen("name", max_tokens=8))
