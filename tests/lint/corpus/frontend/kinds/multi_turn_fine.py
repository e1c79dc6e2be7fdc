"""Multi turn fine."""

import sglc as sgl

RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


@sgl.function
def two(s, first: str, second: str):
    s += sgl.system(RULES)
    s += sgl.user(first)
    s += sgl.assistant(sgl.gen("one", max_tokens=60))
    s += sgl.user(second)
    s += sgl.assistant(sgl.gen("two", max_tokens=60))


def show(first, second):
    import time

    begun = time.time()
    state = two.run(first=first, second=second)
    return state["one"], state["two"], time.time() - begun
