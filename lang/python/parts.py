"""What can be appended, as the lowering holds it between the expression and the state that takes it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from ...ir.ops import Operand, Role
from .surface import GenMark, SelectMark

MARKUP = frozenset("<[")
"""What control tokens begin with, whichever tokenizer they belong to."""


@dataclass(frozen=True)
class TextPart:
    """A literal of the function's source, or (then `plain`) a text from elsewhere."""

    text: str
    node: ast.expr
    plain: bool = False


@dataclass(frozen=True)
class ValuePart:
    """A value."""

    value: Operand
    node: ast.expr


@dataclass(frozen=True)
class EdgePart:
    """The begin or the end of a turn."""

    role: Role
    edge: Literal["begin", "end"]
    node: ast.expr


@dataclass(frozen=True)
class ImagePart:
    """An image."""

    image: Operand
    node: ast.expr


@dataclass(frozen=True)
class CallPart:
    """A `gen` or a `select`. `dynamic` are parameters whose value is computed; `place` says which call it is."""

    mark: GenMark | SelectMark
    dynamic: tuple[tuple[str, Operand], ...]
    choices: Operand | None
    node: ast.Call
    place: str


@dataclass(frozen=True)
class BranchPart:
    """One of two things, of which the other is not evaluated."""

    cond: Operand
    then: ast.expr
    orelse: ast.expr
    node: ast.expr


Part = TextPart | ValuePart | EdgePart | ImagePart | CallPart | BranchPart
