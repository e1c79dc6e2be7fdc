"""Whether a JSON value is of a declared type, and if not, where it is not.

Used for parameters of rows, results of host functions and values of mocks.
"""

from __future__ import annotations

import json
import math
from typing import Any

from ...ir.types import (
    ListType,
    OptionalType,
    RecordType,
    ScalarType,
    Type,
    UnionType,
)


def mismatch(kind: Type, value: Any, where: str = "") -> str:
    """What is wrong with `value` as a `kind`; empty when nothing is."""
    match kind:
        case ScalarType(name):
            return "" if _is_scalar(name, value) else _say(value, where)
        case OptionalType(item):
            return "" if value is None else mismatch(item, value, where)
        case UnionType(literals):
            fits = any(value == one and type(value) is type(one) for one in literals)
            return "" if fits else _say(value, where)
        case ListType(item):
            if not isinstance(value, list):
                return _say(value, where)
            each = (mismatch(item, v, f"{where}[{i}]") for i, v in enumerate(value))
            return next(filter(None, each), "")
        case RecordType(fields):
            return _record(dict(fields), value, where)


def _record(fields: dict[str, Type], value: Any, where: str) -> str:
    if not isinstance(value, dict):
        return _say(value, where)
    for name, kind in fields.items():
        if name not in value and not isinstance(kind, OptionalType):
            return f"a record without `{name}`" + _at(where)
    for name, item in value.items():
        if name not in fields:
            return f"a record with an unknown field `{name}`" + _at(where)
        wrong = mismatch(fields[name], item, f"{where}.{name}")
        if wrong:
            return wrong
    return ""


def _is_scalar(name: str, value: Any) -> bool:
    match name:
        case "any":
            return True
        case "str" | "image":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return number and math.isfinite(value)
        case "none":
            return value is None
        case _:
            return False


def _say(value: Any, where: str) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = f"a {type(value).__name__}"
    return (text if len(text) <= 60 else text[:57] + "...") + _at(where)


def _at(where: str) -> str:
    return f" at `{where.lstrip('.')}`" if where else ""
