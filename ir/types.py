"""The types of values: scalars, lists, records, literal unions, optionals, images, prompts.

Types are immutable values that compare by structure; `str(type)` is their canonical
text, the same in `.sgl`, in the IR and in messages.
"""

from __future__ import annotations

import json
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
        return "{" + ", ".join(f"{name}: {kind}" for name, kind in self.fields) + "}"


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
