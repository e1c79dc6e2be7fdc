from typing import NamedTuple, Callable
import litellm


class Rule(NamedTuple):
    title: str
    test: Callable


def even(n):
    return n % 2 == 0


RULES = (Rule("even", even),)


def ask(history):
    head = "You check numbers. " * 100 + "Rules: " + repr(RULES) + ". Say which fails."  # want: PFX306
    return litellm.completion(model="gpt-5.5", messages=[{"role": "system", "content": head}, *history])
