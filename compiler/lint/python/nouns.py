"""Classes that hold facts alone: what an instance of one is called where its own methods speak of it."""

from __future__ import annotations

import re

from .places import dotted
from .values import ClassInfo

_BASES = frozenset({"NamedTuple", "BaseModel", "SQLModel", "Struct"})
_MARKS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "s"})
"""Bases and decorators of classes whose instances are their fields."""


def holds_facts(info: ClassInfo) -> bool:
    """Whether instances of a class are written as their fields."""
    line = info.line()
    bases = {name.rpartition(".")[2].partition("[")[0] for each in line for name in each.external}
    marks = {dotted(node).rpartition(".")[2] for c in line for node in c.node.decorator_list}
    return bool(bases & _BASES or marks & _MARKS)


def noun_of(info: ClassInfo | None) -> str:
    """The last word of the name of a class that holds facts (`profile` of `UserProfile`); else nothing."""
    if info is None or not holds_facts(info):
        return ""
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+|_", info.name)[-1].lower()
