"""The time is told with the question."""

import time

import sglc as sgl

RULES = "Name the tree by its leaves, its bark and its fruit. " * 50


@sgl.function
def name_tree(s, leaf: str):
    s += sgl.system(RULES)
    s += sgl.user(f"{leaf} ({time.ctime()})")
    s += sgl.assistant(sgl.gen("name", max_tokens=8))
