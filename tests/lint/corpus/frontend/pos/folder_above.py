"""A program that says in which folder it runs."""

import os

from sglc import assistant, function, gen, system, user

RULES = "Name the stone by its colour, its weight and its grain. " * 50


@function
def stone(s, text: str):
    s += system(f"Folder: {os.getcwd()}\n" + RULES)  # want: PFX105 PFX201
    s += user(text)
    s += assistant(gen("name", max_tokens=8))
