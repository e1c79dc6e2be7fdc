"""What stands below a node of a syntax tree, listed once; and the words for what is met there."""

from __future__ import annotations

import ast
from functools import lru_cache

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef

_LEAVES = (
    ast.Constant,
    ast.Name,
    ast.alias,
    ast.Global,
    ast.Nonlocal,
    ast.operator,
    ast.unaryop,
    ast.boolop,
)
_WORDS = frozenset({"ctx", "attr", "type_comment", "type_ignores", "conversion", "is_async"})


class _Inner(dict[type[ast.AST], tuple[str, ...]]):
    """By kind of node: the fields that may hold others, worked out once for each kind."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        is_leaf = issubclass(kind, _LEAVES)
        fields = () if is_leaf else tuple(f for f in kind._fields if f not in _WORDS)
        self[kind] = fields
        return fields


INNER = _Inner()


def walk(node: ast.AST) -> list[ast.AST]:
    """A node and all below it, level by level; `ctx` of names, which says nothing of its own, is left out."""
    found = [node]
    for each in found:  # it grows meanwhile
        for name in INNER[type(each)]:
            held = getattr(each, name, None)
            if isinstance(held, list):
                found += [inner for inner in held if isinstance(inner, ast.AST)]
            elif isinstance(held, ast.AST):
                found.append(held)
    return found


@lru_cache(maxsize=4096)
def nodes_of(node: ast.AST) -> tuple[ast.AST, ...]:
    """A node and all below it, level by level, once for all who ask."""
    return tuple(walk(node))


def last_name(node: ast.AST) -> str:
    """The last word of a dotted name; empty where it is none."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
