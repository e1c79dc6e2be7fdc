"""What constrained output of a declared type is: its schema, its text, its parsing.

There is one meaning at every level. At the top, `str` is free text, `int`, `float` and `bool` are
JSON scalars, a union is one of its literals (texts bare, without quotes), a list or record is
canonical JSON: keys in declared order, `", "` and `": "` between, no other white space. `T?` is
what T is, and none when it was cut short; inside a list or record it is T or `null`.

What the text consists of, part by part, is said in `parts.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..types import ListType, OptionalType, RecordType, ScalarType, Type, UnionType
from ..values.limits import Json
from .parts import bare


def json_schema(kind: Type) -> dict[str, object]:
    """The JSON schema of the values of a type."""
    match kind:
        case ListType(item):
            return {"type": "array", "items": json_schema(item)}
        case RecordType(fields):
            return {
                "type": "object",
                "properties": {name: json_schema(field) for name, field in fields},
                "required": [name for name, _ in fields],
                "additionalProperties": False,
            }
        case UnionType(literals):
            return {"enum": list(literals)}
        case OptionalType(item):
            return {"anyOf": [json_schema(item), {"type": "null"}]}
        case ScalarType(name):
            return {"type": _SCHEMA_NAMES[name]} if name in _SCHEMA_NAMES else {}


_SCHEMA_NAMES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "image": "string",
    "none": "null",
}


# --- parsing ------------------------------------------------------------------------------------


def parse_output(kind: Type, text: str) -> Json:
    """The value that constrained output spells. Raises ValueError."""
    match kind:
        case OptionalType(item):
            return parse_output(item, text)
        case ScalarType("str"):
            return text
        case UnionType(literals):
            return _bare_literal(literals, text)
        case _:
            return checked(kind, _loads(text))


def _loads(text: str) -> Json:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _bare_literal(literals: tuple[str | int | float | bool, ...], text: str) -> Json:
    for literal in literals:
        if text == bare(literal):
            return literal
    raise ValueError(f"{text!r} is none of the literals")


def checked(kind: Type, value: Json) -> Json:
    """The value as one of the type: fields in declared order, numbers of the right kind.

    Raises ValueError.
    """
    match kind:
        case ListType(item) if isinstance(value, list):
            return [checked(item, each) for each in value]
        case RecordType(fields) if isinstance(value, dict):
            return _checked_record(dict(fields), value)
        case OptionalType(item):
            return None if value is None else checked(item, value)
        case UnionType(literals):
            if any(value == each and type(value) is type(each) for each in literals):
                return value
        case ScalarType(name):
            if name == "float" and type(value) is int:
                return float(value)
            if name not in _PYTHON_TYPES or type(value) is _PYTHON_TYPES[name]:
                return value
        case _:
            pass
    raise ValueError(f"{_shown(value)} is not of type `{kind}`")


_PYTHON_TYPES: dict[str, type] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "none": type(None),
}


def _checked_record(fields: Mapping[str, Type], value: dict[str, Json]) -> Json:
    if set(value) != set(fields):
        wrong = sorted(set(value) ^ set(fields))
        raise ValueError(f"fields missing or unknown: {', '.join(wrong)}")
    return {name: checked(kind, value[name]) for name, kind in fields.items()}


def _shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "..."


# --- the shortest output ------------------------------------------------------------------------


def shortest(kind: Type) -> str:
    """A shortest text that constrained output of the type can be."""
    match kind:
        case ScalarType("str"):
            return ""
        case OptionalType(item):
            return shortest(item)
        case UnionType(literals):
            return min(map(bare, literals), key=len)
        case _:
            return _shortest_json(kind)


def _shortest_json(kind: Type) -> str:
    match kind:
        case ListType():
            return "[]"
        case RecordType(fields):
            inside = (
                f"{json.dumps(n, ensure_ascii=False)}: {_shortest_json(k)}" for n, k in fields
            )
            return "{" + ", ".join(inside) + "}"
        case OptionalType(item):
            return min("null", _shortest_json(item), key=len)
        case UnionType(literals):
            return min((json.dumps(each, ensure_ascii=False) for each in literals), key=len)
        case ScalarType(name):
            return {"bool": "true", "none": "null", "str": '""', "image": '""'}.get(name, "0")
