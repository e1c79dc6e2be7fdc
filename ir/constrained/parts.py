"""What the output of a declared type consists of: forced text, free text, choices and lists."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..types import (
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

INT_PATTERN = r"0|-?[1-9][0-9]{0,17}"
FLOAT_PATTERN = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?"
_HEX = "[0-9a-fA-F]"
_ESCAPES = (  # all on one level: in nested alternatives xgrammar gets lost for a tenth of a second a token
    r'\\["\\/bfnrt]',
    rf"\\u[0-9a-cA-CefEF]{_HEX}{{3}}",
    rf"\\u[dD][0-7]{_HEX}{{2}}",
    rf"\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}",  # a pair of surrogates
)
STRING_PATTERN = r'([^"\\\x00-\x1f\x7f]|' + "|".join(_ESCAPES) + ")*"
"""The characters between the quotes of a JSON string."""
TEXT_PATTERN = r"(.|\n)*"


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
    """What the output of a declared type consists of. At the top texts stand bare, without quotes."""
    match kind:
        case OptionalType(item):
            return output_parts(item)
        case ScalarType("str"):
            return (Free(TEXT_PATTERN),)
        case UnionType(literals):
            return (_choice([bare(each) for each in literals]),)
        case _:
            return json_parts(kind)


def json_parts(kind: Type) -> tuple[OutputPart, ...]:
    """What the canonical JSON of a value of the type consists of."""
    return merged(_json_parts(kind))


def bare(literal: str | int | float | bool) -> str:
    """A literal of a union as it stands at the top of an output."""
    return literal if isinstance(literal, str) else json.dumps(literal)


def _json_parts(kind: Type) -> tuple[OutputPart, ...]:
    match kind:
        case ListType(item):
            return (Many(json_parts(item)),)
        case RecordType(fields):
            return _record_parts(fields)
        case OptionalType(item):
            return (OneOf((("null", ()), ("", json_parts(item)))),)
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


def longest_text(parts: tuple[OutputPart, ...]) -> int:
    """How many characters the longest text has that is certain as one piece."""
    return max(map(_longest_of, parts), default=0)


def _longest_of(part: OutputPart) -> int:
    match part:
        case Forced(text):
            return len(text)
        case OneOf(options):
            return max((max(len(text), longest_text(rest)) for text, rest in options), default=0)
        case Many(item):
            return longest_text(item)
        case Free():
            return 0


def _choice(texts: list[str]) -> OneOf:
    return OneOf(tuple((text, ()) for text in texts))


def merged(parts: tuple[OutputPart, ...]) -> tuple[OutputPart, ...]:
    """Adjacent forced parts as one."""
    found: list[OutputPart] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Forced) and isinstance(last, Forced):
            found[-1] = Forced(last.text + part.text)
        else:
            found.append(part)
    return tuple(found)
