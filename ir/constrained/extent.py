"""How long constrained output of a type can become, which says whether a limit on tokens can cut it short."""

from __future__ import annotations

import json

from ..types import BOOL, FLOAT, INT, NONE, ListType, OptionalType, RecordType, Type, UnionType
from .shape import bare

_INT, _FLOAT = 19, 32
"""Bytes of the longest number that is written: of `INT_PATTERN` and `FLOAT_PATTERN`."""


def longest(kind: Type) -> int | None:
    """The bytes of the longest output of a type; None: there is no longest one."""
    match kind:
        case OptionalType(item):
            return longest(item)
        case UnionType(literals):
            return max(_bytes(bare(each)) for each in literals)
        case _:
            return _longest_json(kind)


def _longest_json(kind: Type) -> int | None:
    match kind:
        case OptionalType(item):
            inner = _longest_json(item)
            return None if inner is None else max(inner, len("null"))
        case UnionType(literals):
            return max(_bytes(json.dumps(each, ensure_ascii=False)) for each in literals)
        case RecordType(fields):
            return _longest_record(fields)
        case ListType():
            return None
        case _:
            return _SCALARS.get(kind)


_SCALARS: dict[Type, int] = {BOOL: len("false"), NONE: len("null"), INT: _INT, FLOAT: _FLOAT}


def _longest_record(fields: tuple[tuple[str, Type], ...]) -> int | None:
    total = len("{}") + len(", ") * max(0, len(fields) - 1)
    for name, kind in fields:
        inner = _longest_json(kind)
        if inner is None:
            return None
        total += _bytes(json.dumps(name, ensure_ascii=False)) + len(": ") + inner
    return total


def _bytes(text: str) -> int:
    return len(text.encode())
