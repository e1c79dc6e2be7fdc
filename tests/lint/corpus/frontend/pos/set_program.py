"""Topics are a set."""

from sglc import assistant, function, gen, system, user

RULES = "Name the tree by its leaves, its bark and its fruit. " * 50


@function
def topics(s, text: str, known: set[str]):
    s += system("Topics: " + ", ".join(known) + RULES)  # want: PFX301
    s += user(text)
    s += assistant(gen("topic", max_tokens=8))
