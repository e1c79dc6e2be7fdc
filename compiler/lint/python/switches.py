"""Switches: attributes that one function turns on and another one off, while the program runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .values import ModuleInfo
from .walking import walk

_SETS = re.compile(r"\.(?P<attr>\w+)[ \t]*=[ \t]*(?P<value>True|False)[ \t]*(?:#.*)?$", re.M)
_BUILDERS = frozenset({"__init__", "__post_init__", "__new__", "setup"})


def switched_in(module: ModuleInfo) -> Iterator[tuple[str, int]]:
    """The switches of a module, and where each is turned first."""
    seen: dict[str, set[str]] = {}
    for match in _SETS.finditer(module.text):
        seen.setdefault(match["attr"], set()).add(match["value"])
    names = {name for name, values in seen.items() if len(values) > 1}
    if not names:
        return
    set_by = _set_by_function(module.tree, names)
    for name in sorted(names):
        on, off = (set_by.get((name, value), {}) for value in (True, False))
        if on.keys() - off.keys() and off.keys() - on.keys():
            yield name, min(*on.values(), *off.values())


def _set_by_function(tree: ast.Module, names: set[str]) -> dict[tuple[str, bool], dict[int, int]]:
    """By attribute and value: the functions that set it so, and the line in each."""
    found: dict[tuple[str, bool], dict[int, int]] = {}
    for function in walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if function.name in _BUILDERS:
            continue
        for node in walk(function):
            match node:
                case ast.Assign(
                    targets=[ast.Attribute(attr=attr)], value=ast.Constant(value=bool(value))
                ) if attr in names:
                    found.setdefault((attr, value), {})[id(function)] = node.lineno
                case _:
                    pass
    return found
