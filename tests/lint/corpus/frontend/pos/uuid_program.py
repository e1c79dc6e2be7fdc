"""A program that draws an id while it is traced."""

import uuid

import sglc as sgl

RULES = "Name the tree by its leaves, its bark and its fruit. " * 50


def tag() -> str:
    return uuid.uuid4().hex  # want: PFX102


@sgl.function
def name_tree(s, leaf: str):
    s += sgl.system("[" + tag() + "] " + RULES)
    s += sgl.user(leaf)
    s += sgl.assistant(sgl.gen("name", max_tokens=8))
