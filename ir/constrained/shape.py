"""What constrained output of a declared type is: its schema, its text, its parts, its parsing.

There is one meaning at every level. At the top, `str` is free text, `int`, `float` and `bool` are
JSON scalars, a union is one of its literals (texts bare, without quotes), a list or record is
canonical JSON: keys in declared order, `", "` and `": "` between, no other white space. `T?` is
what T is, and none when it was cut short; inside a list or record it is T or `null`.

Imports nothing of the project but `types.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from ..types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    ListType,
    OptionalType,
    RecordType,
    ScalarType,
    Type,
    UnionType,
)
from ..values.limits import Json

INT_PATTERN = r"-?(0|[1-9][0-9]{0,17})"
FLOAT_PATTERN = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?"
STRING_PATTERN = r'([^"\\\x00-\x1f\x7f]|\\["\\/bfnrt]|\\u[0-9a-f]{4})*'
"""The characters between the quotes of a JSON string."""
TEXT_PATTERN = r"(.|\n)*"


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


def bare(literal: str | int | float | bool) -> str:
    """A literal of a union as it stands at the top of an output."""
    return literal if isinstance(literal, str) else json.dumps(literal)


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


# --- the parts of an output ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Forced:
    """Text that can't be otherwise: keys, quotes, punctuation."""

    text: str


@dataclass(frozen=True, slots=True)
class Free:
    """Text that the model chooses, any that matches the pattern."""

    pattern: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several ways to go on, told apart by the text that each begins with."""

    options: tuple[tuple[str, tuple[OutputPart, ...]], ...]


@dataclass(frozen=True, slots=True)
class Many:
    """Items in brackets; after each the model goes on or ends the list."""

    item: tuple[OutputPart, ...]


OutputPart = Forced | Free | OneOf | Many


_ANY_SCALAR = OneOf(
    (
        *((word, ()) for word in ("null", "true", "false")),
        ("", (Free(FLOAT_PATTERN),)),
        ('"', (Free(STRING_PATTERN), Forced('"'))),
    )
)
"""What is written where the type says nothing."""


def output_parts(kind: Type) -> tuple[OutputPart, ...]:
    """What the output of a type consists of; no token spans two parts, at any level."""
    match kind:
        case OptionalType(item):
            return output_parts(item)
        case ScalarType("str"):
            return (Free(TEXT_PATTERN),)
        case UnionType(literals):
            return (_choice([bare(each) for each in literals]),)
        case _:
            return _merged(_json_parts(kind))


def _json_parts(kind: Type) -> tuple[OutputPart, ...]:
    match kind:
        case ListType(item):
            return (Many(_merged(_json_parts(item))),)
        case RecordType(fields):
            return _record_parts(fields)
        case OptionalType(item):
            null = ("null", cast("tuple[OutputPart, ...]", ()))
            return (OneOf((null, ("", _merged(_json_parts(item))))),)
        case UnionType(literals):
            return (_choice([json.dumps(each, ensure_ascii=False) for each in literals]),)
        case _ if kind in (STR, ScalarType("image")):
            return Forced('"'), Free(STRING_PATTERN), Forced('"')
        case _ if kind == BOOL:
            return (_choice(["true", "false"]),)
        case _ if kind == NONE:
            return (Forced("null"),)
        case _ if kind in (INT, FLOAT):
            return (Free(INT_PATTERN if kind == INT else FLOAT_PATTERN),)
        case _:
            return (_ANY_SCALAR,)


def _record_parts(fields: tuple[tuple[str, Type], ...]) -> tuple[OutputPart, ...]:
    parts: list[OutputPart] = [Forced("{")]
    for number, (name, kind) in enumerate(fields):
        comma = ", " if number else ""
        parts.append(Forced(f"{comma}{json.dumps(name, ensure_ascii=False)}: "))
        parts.extend(_json_parts(kind))
    return (*parts, Forced("}"))


def _choice(texts: list[str]) -> OneOf:
    return OneOf(tuple((text, ()) for text in texts))


def _merged(parts: tuple[OutputPart, ...]) -> tuple[OutputPart, ...]:
    """Adjacent forced parts as one."""
    found: list[OutputPart] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Forced) and isinstance(last, Forced):
            found[-1] = Forced(last.text + part.text)
        else:
            found.append(part)
    return tuple(found)


# --- schemas as types ---------------------------------------------------------------------------

_SAYS_NOTHING = {"title", "description", "default", "examples", "$schema", "$id", "$defs",
                 "definitions", "$comment", "additionalProperties", "required", "deprecated"}  # fmt: skip
_MAX_SCHEMA_DEPTH = 50


def type_of_schema(schema: object) -> Type:
    """The type whose outputs a JSON schema describes, for the subset that types can say.

    Every property is written, in the order of `properties`. Raises ValueError for the rest.
    """
    root = _mapping(schema)
    definitions = {**_mapping(root.get("definitions", {})), **_mapping(root.get("$defs", {}))}
    return _schema_type(root, definitions, 0)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError("a JSON schema is an object")
    return cast("dict[str, object]", value)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("a JSON schema with something else where a list belongs")
    return cast("list[object]", value)


def _schema_type(
    schema: Mapping[str, object], definitions: Mapping[str, object], depth: int
) -> Type:
    if depth > _MAX_SCHEMA_DEPTH:
        raise ValueError("a JSON schema nested too deeply, or one that contains itself")
    says = {name: value for name, value in schema.items() if name not in _SAYS_NOTHING}
    match says:
        case {"$ref": str(reference), **rest} if not rest:
            name = reference.rpartition("/")[2]
            return _schema_type(_mapping(definitions.get(name)), definitions, depth + 1)
        case {"enum": literals, **rest} if not set(rest) - {"type"}:
            return UnionType(tuple(cast("list[str | int]", _list(literals))))
        case {"const": str() | int() as literal, **rest} if not set(rest) - {"type"}:
            return UnionType((literal,))
        case {"anyOf": options, **rest} if not rest:
            return _any_of(_list(options), definitions, depth)
        case {"type": "object", "properties": properties, **rest} if not rest:
            fields = _mapping(properties).items()
            return RecordType(
                tuple((n, _schema_type(_mapping(s), definitions, depth + 1)) for n, s in fields)
            )
        case {"type": "array", "items": items, **rest} if not rest:
            return ListType(_schema_type(_mapping(items), definitions, depth + 1))
        case {"type": str(name), **rest} if not rest and name in _SCALARS_OF_SCHEMA:
            return _SCALARS_OF_SCHEMA[name]
        case _ if not says:
            return ANY
        case _:
            raise ValueError(f"a JSON schema with {', '.join(f'`{name}`' for name in says)}")


_SCALARS_OF_SCHEMA: dict[str, Type] = {
    "string": STR,
    "integer": INT,
    "number": FLOAT,
    "boolean": BOOL,
    "null": NONE,
}


def _any_of(options: list[object], definitions: Mapping[str, object], depth: int) -> Type:
    kinds = [_schema_type(_mapping(option), definitions, depth + 1) for option in options]
    others = [kind for kind in kinds if kind != NONE]
    if len(others) != 1 or len(kinds) > 2:
        raise ValueError("a JSON schema with `anyOf` other than a type or null")
    return OptionalType(others[0]) if len(kinds) == 2 else others[0]
