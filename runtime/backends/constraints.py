"""Constraints as other servers take them: a regular expression, a JSON schema, or a grammar.

A declared type has one canonical form, and a regular expression says exactly that form; so does a canonical JSON
schema that a type can say. What no expression says goes to the server as the schema it is.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from ...ir.constrained.calls import ToolSet
from ...ir.constrained.parts import Forced, Free, Many, OneOf, OutputPart, output_parts
from ...ir.constrained.pattern import compile_pattern
from ...ir.constrained.regex import Chars, RegexError
from ...ir.constrained.schema import schema_parts
from ...ir.sampling import Constraint
from ...ir.types import STR, OptionalType, parse_type

Kind = Literal["regex", "json", "grammar"]

_LAST_ASCII = 0x7E
_SPECIAL = frozenset(r"\.^$*+?()[]{}|")


class WireConstraint(NamedTuple):
    """A constraint as text: of which kind, and the text."""

    kind: Kind
    text: str


def wire_constraint(constraint: Constraint) -> WireConstraint | None:
    """What to send for a constraint; None when everything is allowed."""
    match constraint.kind:
        case "regex":
            return WireConstraint("regex", constraint.text)
        case "grammar":
            return WireConstraint("grammar", constraint.text)
        case "json":
            parts = parts_of(constraint)
            schema = WireConstraint("json", constraint.text)
            return schema if parts is None else WireConstraint("regex", pattern_of(parts))
        case "call":
            return WireConstraint("regex", pattern_of(ToolSet.of(constraint.text).parts()))
        case "before_call":
            return None
        case "type":
            parts = parts_of(constraint)
            return None if parts is None else WireConstraint("regex", pattern_of(parts))


def parts_of(constraint: Constraint) -> tuple[OutputPart, ...] | None:
    """What an answer under a declared type, or a schema that one can say, consists of; None for any other."""
    match constraint.kind:
        case "json":
            return None if constraint.style == "free" else _canonical(constraint.text)
        case "type":
            kind = parse_type(constraint.text)
            kind = kind.item if isinstance(kind, OptionalType) else kind
            return None if kind == STR else output_parts(kind)
        case _:
            return None


def characters_of(pattern: str) -> OneOf | None:
    """The characters of a pattern that one of a few of ASCII's matches, and nothing else; None for any other.

    One character is one token, so that asking which is the likeliest is what decoding under the pattern comes to.
    """
    try:
        found = compile_pattern(pattern)
    except RegexError:
        return None
    if not isinstance(found, Chars) or any(high > _LAST_ASCII for _, high in found.ranges):
        return None
    codes = [code for low, high in found.ranges for code in range(low, high + 1)]
    return OneOf(tuple((chr(code), ()) for code in codes)) if codes else None


def _canonical(schema: str) -> tuple[OutputPart, ...] | None:
    """The parts of a schema that declared types can say; None for the rest, whose blanks are the model's own."""
    try:
        return schema_parts(schema)
    except ValueError:
        return None


def pattern_of(parts: tuple[OutputPart, ...]) -> str:
    """The regular expression of what consists of these parts."""
    return "".join(map(_part, parts))


def _part(part: OutputPart) -> str:
    match part:
        case Forced(text):
            return quoted(text)
        case Free(pattern):
            return f"({pattern})"
        case OneOf(options):
            return "(" + "|".join(quoted(start) + pattern_of(rest) for start, rest in options) + ")"
        case Many(item):
            inside = pattern_of(item)
            return rf"\[({inside}(, {inside})*)?\]"


def quoted(text: str) -> str:
    """A text as an expression that matches it alone. Only what is special is escaped: engines differ in the rest."""
    shown = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
    return "".join("\\" + char if char in _SPECIAL else shown.get(char, char) for char in text)
