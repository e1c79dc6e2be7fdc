"""A program that names its user above the rules."""

from sglc import assistant, function, gen, system, user

RULES = "Name the stone by its colour, its weight and its grain. " * 50


@function
def stone(s, customer, text: str):
    s += system(f"You help {customer.name}.\n" + RULES)  # want: PFX104 PFX201
    s += user(text)
    s += assistant(gen("name", max_tokens=8))
