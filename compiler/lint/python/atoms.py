"""Values that hold no other values: constants, text in parts, names of other packages, what a thing holds by now."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..finding import Place
from .taints import Part


@dataclass(frozen=True, slots=True)
class Const:
    """A constant of any type."""

    value: object
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Text in parts."""

    parts: tuple[Part, ...]


@dataclass(eq=False, slots=True)
class Contents:
    """What a thing that isn't known holds by now, as text in order; all that is got from the thing shares it."""

    parts: list[Part] = field(default_factory=list)
    is_text: bool = False
    """Whether it is a text in the making: then all that is put in counts."""


@dataclass(frozen=True, slots=True)
class Ext:
    """Something of another package, by its dotted name."""

    name: str
