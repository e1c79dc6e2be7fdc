"""A program that puts what a search found above the rules."""

from sglc import assistant, function, gen, system, user

RULES = "Name the stone by its colour, its weight and its grain. " * 50


@function
def stone(s, store, text: str):
    found = store.similarity_search(text)  # want: PFX204 PFX201
    s += system(f"{found}\n" + RULES)
    s += user(text)
    s += assistant(gen("name", max_tokens=8))
