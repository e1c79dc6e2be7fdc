"""Counters in a store: under which keys a program counts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .walking import nodes_of

COUNTS = re.compile(r"\.(h|z)?(in|de)cr(by)?(float)?\(")
"""Only modules with such a call are looked at for counters."""

_OF_FIELDS = frozenset({"hincrby", "hincrbyfloat", "zincrby"})


def tallied_in(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The keys under which functions count in a store, with the field, where it is written; else empty."""
    for node in nodes_of(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[key, *rest]) if COUNTS.match(
                f".{name}("
            ):
                field = rest[0] if rest and name in _OF_FIELDS else None
                yield form_of(key), form_of(field) if field is not None else ""
            case _:
                pass


def form_of(key: ast.expr) -> str:
    """A key as it is written, whatever is filled into it."""
    match key:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(form_of(v) if isinstance(v, ast.Constant) else "{}" for v in values)
        case _:
            return ast.unparse(key)
