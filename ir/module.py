"""A module: the programs, fragments and externs that were lowered together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, get_args

from .ops import Block, Json, Value
from .span import Span
from .types import Type

Lifetime = Literal["const", "release", "day", "tenant", "user", "session", "turn", "request"]
LIFETIMES: tuple[Lifetime, ...] = get_args(Lifetime)
"""How long a value stays the same, longest first."""


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """A parameter of a program or fragment. `default` is None or a constant wrapped in a 1-tuple."""

    name: str
    value: Value
    lifetime: Lifetime = "request"
    default: tuple[object] | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A program: parameters, the type of its result, and a body that ends in `Return`."""

    name: str
    params: tuple[Param, ...]
    result: Type
    body: Block
    doc: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """A `prompt` of the source. Body `(prompt, *params) -> yield prompt`."""

    name: str
    params: tuple[Param, ...]
    body: Block
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Extern:
    """A host function, bound by name at run time; `pure` and `total` are what the program says of it."""

    name: str
    params: tuple[tuple[str, Type], ...]
    result: Type
    pure: bool = False
    total: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """Everything that is compiled together. `template`: what the source tells the chat template, by name."""

    programs: tuple[Program, ...] = ()
    fragments: tuple[Fragment, ...] = ()
    externs: tuple[Extern, ...] = ()
    template: tuple[tuple[str, Json], ...] = ()

    def program(self, name: str) -> Program:
        """The program of that name. Raises KeyError."""
        return _named(self).programs[name]

    def fragment(self, name: str) -> Fragment:
        """The fragment of that name. Raises KeyError."""
        return _named(self).fragments[name]

    def extern(self, name: str) -> Extern:
        """The extern of that name. Raises KeyError."""
        return _named(self).externs[name]

    def with_programs(self, programs: tuple[Program, ...]) -> Module:
        """A copy with other programs."""
        return replace(self, programs=programs)


@dataclass(frozen=True, slots=True)
class _Names:
    programs: dict[str, Program]
    fragments: dict[str, Fragment]
    externs: dict[str, Extern]


@lru_cache(maxsize=16)
def _named(module: Module) -> _Names:
    """What a module declares, by name: made once, since every call of a large module asks."""
    return _Names(
        {each.name: each for each in module.programs},
        {each.name: each for each in module.fragments},
        {each.name: each for each in module.externs},
    )
