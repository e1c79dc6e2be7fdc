"""What is appended in Python programs, as values without behaviour: calls, edges of turns, images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, Literal

from ...ir.ops import Role
from ...ir.sampling import Constraint, SelectMethod
from .tools import Tool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call was made: the functions that led there, the innermost first, each with the instruction it was at."""

    frames: tuple[tuple[CodeType, int], ...]


class Appendable:
    """Base of everything that `s +=` takes besides text; `+` joins."""

    def __add__(self, other: Appendable | str) -> Joined:
        return Joined((*items_of(self), *items_of(other)))

    def __radd__(self, other: str) -> Joined:
        return Joined((*items_of(other), *items_of(self)))


@dataclass(frozen=True, eq=False)
class Joined(Appendable):
    """Several things in a row."""

    items: tuple[Appendable | str, ...]


@dataclass(frozen=True, eq=False)
class GenMark(Appendable):
    """A `gen`. `given` are the sampling parameters that the call names, as fields of `Sampling`.

    `schema` is the pydantic class of `json_schema=`, if it was one; `place` where the call stands;
    `budget` the most tokens of reasoning; `tools` what the model may call, or (then `must_call`) calls one of, and
    `several` whether it may be more than one.
    """

    name: str | None
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    constraint: Constraint | None = None
    schema: type | None = None
    place: Place | None = None
    budget: int | None = None
    tools: tuple[Tool, ...] = ()
    must_call: bool = False
    several: bool = False

    @property
    def thinks(self) -> bool:
        """Whether reasoning is asked for."""
        return self.given.get("thinking") == "on"


@dataclass(frozen=True, eq=False)
class SelectMark(Appendable):
    """A `select`, or a `gen` with choices."""

    name: str | None
    choices: tuple[str, ...]
    method: SelectMethod = "token_length_normalized"
    place: Place | None = None


@dataclass(frozen=True, eq=False)
class EdgeMark(Appendable):
    """The begin or the end of a turn."""

    role: Role
    edge: Literal["begin", "end"]


@dataclass(frozen=True, eq=False)
class ImageMark(Appendable):
    """An image: a path, a URL, or a `data:` address that holds it."""

    source: str


def items_of(what: Appendable | str) -> tuple[Appendable | str, ...]:
    """The single things that something appended consists of."""
    return what.items if isinstance(what, Joined) else (what,)
