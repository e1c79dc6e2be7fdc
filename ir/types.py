"""The types of values: scalars, lists, records, literal unions, optionals, images, prompts.

Types are immutable values that compare by structure; `str(type)` is their canonical
text, the same in `.sgl`, in the IR and in messages.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScalarType:
    """`str`, `int`, `float`, `bool`, `image`, `prompt`, `none`, or `any` (an untyped host value)."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListType:
    """`list[item]`."""

    item: Type

    def __str__(self) -> str:
        return f"list[{self.item}]"


@dataclass(frozen=True, slots=True)
class RecordType:
    """`{name: type, ...}`; the order of the fields is part of the type."""

    fields: tuple[tuple[str, Type], ...]

    def field(self, name: str) -> Type | None:
        """The type of a field, or None when there is no such field."""
        return dict(self.fields).get(name)

    def __str__(self) -> str:
        return "{" + ", ".join(f"{_word(name)}: {kind}" for name, kind in self.fields) + "}"


def _word(name: str) -> str:
    """A field's name, quoted where it would not read back."""
    return name if name.isidentifier() else json.dumps(name, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class UnionType:
    """A union of literals of one scalar kind: `"a" | "b"`."""

    literals: tuple[str | int | float | bool, ...]

    def __str__(self) -> str:
        return " | ".join(json.dumps(literal, ensure_ascii=False) for literal in self.literals)


@dataclass(frozen=True, slots=True)
class OptionalType:
    """`T?`: a T, or none."""

    item: Type

    def __str__(self) -> str:
        return f"({self.item})?" if isinstance(self.item, UnionType) else f"{self.item}?"


Type = ScalarType | ListType | RecordType | UnionType | OptionalType

STR = ScalarType("str")
INT = ScalarType("int")
FLOAT = ScalarType("float")
BOOL = ScalarType("bool")
IMAGE = ScalarType("image")
PROMPT = ScalarType("prompt")
NONE = ScalarType("none")
ANY = ScalarType("any")
SCALARS = {kind.name: kind for kind in (STR, INT, FLOAT, BOOL, IMAGE, PROMPT, NONE, ANY)}


def literal_kind(union: UnionType) -> Type:
    """The scalar type that all literals of a union have (`str` unless they are all numbers)."""
    kinds = {type(literal) for literal in union.literals}
    if kinds == {bool}:
        return BOOL
    if kinds == {int}:
        return INT
    return FLOAT if kinds <= {int, float} else STR


def is_hidden(name: str) -> bool:
    """Whether a field is for the caller of a program alone (`$prompt`): there a prompt may be."""
    return name.startswith("$")


def holds_prompt(kind: Type) -> bool:
    """Whether a value of the type is a prompt or has one inside."""
    match kind:
        case ListType(item) | OptionalType(item):
            return holds_prompt(item)
        case RecordType(fields):
            return any(holds_prompt(field) for name, field in fields if not is_hidden(name))
        case _:
            return kind == PROMPT


def accepts(wanted: Type, given: Type) -> bool:
    """Whether a value of type `given` may stand where `wanted` is asked for."""
    if wanted == given or ANY in (wanted, given):
        return True
    match wanted, given:
        case OptionalType(item), _:
            inner = given.item if isinstance(given, OptionalType) else given
            return given == NONE or accepts(item, inner)
        case UnionType(literals), UnionType(offered):
            return set(offered) <= set(literals)
        case _, UnionType():
            return accepts(wanted, literal_kind(given))
        case ListType(item), ListType(offered_item):
            return accepts(item, offered_item)
        case RecordType(fields), RecordType(offered_fields):
            offered = dict(offered_fields)
            return set(offered) == {name for name, _ in fields} and all(
                accepts(kind, offered[name]) for name, kind in fields
            )
        case _:
            return wanted == FLOAT and given == INT


# --- text ---------------------------------------------------------------------------------------

MAX_TYPE_DEPTH = 64
_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
    r"|(?P<name>[^\W\d]\w*)|(?P<mark>[\[\]{}():,|?]))"
)


def parse_type(text: str) -> Type:
    """The type that `text` spells, as `str(type)` writes it. Raises ValueError."""
    kind, end = parse_type_at(text, 0)
    if text[end:].strip():
        raise ValueError(f"unexpected {text[end:].strip()[:40]!r} after a type")
    return kind


def parse_type_at(text: str, start: int) -> tuple[Type, int]:
    """The type that stands at `start` in a longer text, and where it ends. Raises ValueError."""
    parser = _TypeParser(text, start)
    return parser.type(0), parser.at


class _TypeParser:
    """Recursive descent over a text; `at` is the end of what was taken."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self.at = at

    def type(self, depth: int) -> Type:
        if depth > MAX_TYPE_DEPTH:
            raise ValueError("a type nested too deeply")
        kind = self._atom(depth)
        while self._take_if("?"):
            kind = OptionalType(kind)
        return kind

    def _atom(self, depth: int) -> Type:
        token = self._take()
        if token == "(":
            kind = self.type(depth + 1)
            self._expect(")")
            return kind
        if token == "{":
            return self._record(depth)
        if token == "list":
            self._expect("[")
            item = self.type(depth + 1)
            self._expect("]")
            return ListType(item)
        if token in SCALARS:
            return SCALARS[token]
        return self._union(token)

    def _record(self, depth: int) -> Type:
        found: dict[str, Type] = {}
        while not self._take_if("}"):
            if found:
                self._expect(",")
            token = self._take()
            name: str = json.loads(token) if token.startswith('"') else token
            if name in found or not (name.isidentifier() or token.startswith('"')):
                raise ValueError(f"not a new field name: {name!r}")
            self._expect(":")
            found[name] = self.type(depth + 1)
        return RecordType(tuple(found.items()))

    def _union(self, first: str) -> Type:
        literals = [self._literal(first)]
        while self._take_if("|"):
            literals.append(self._literal(self._take()))
        return UnionType(tuple(literals))

    def _literal(self, token: str) -> str | int | float | bool:
        if not token:
            raise ValueError("a type is missing")
        if token[0] not in '"-0123456789' and token not in ("true", "false"):
            raise ValueError(f"unknown type {token!r}")
        return json.loads(token)

    def _next(self) -> tuple[str, int]:
        """The next token and its end; at the end of the text an empty one."""
        found = _TOKEN.match(self._text, self.at)
        return (found.group().strip(), found.end()) if found else ("", self.at)

    def _take(self) -> str:
        token, self.at = self._next()
        if not token and self._text[self.at :].strip():
            raise ValueError(f"not a type: {self._text[self.at :].strip()[:40]!r}")
        return token

    def _take_if(self, token: str) -> bool:
        found, end = self._next()
        if found != token:
            return False
        self.at = end
        return True

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise ValueError(f"{token!r} is missing in a type")
