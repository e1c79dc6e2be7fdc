"""Local names while a body is checked: which are bound, since where, with what type.

Scopes form a chain. What a branch binds stays in its own scope until the branches are merged, so a
name bound in one of them only can be told from one that is always bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ...ir.span import Span
from ...ir.types import Type

ScopeKind = Literal["body", "branch", "loop", "arm", "inner"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A bound name. `fixed`: its type was declared. `turn`: the turn in which a prompt was made."""

    name: str
    type: Type
    span: Span
    fixed: bool = False
    turn: object = None
    is_param: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """A name that is not bound here although it was bound before: where, and why not any more."""

    span: Span
    why: Literal["branch", "loop"]
    place: str


@dataclass(eq=False)
class Scope:
    """One level of names. `jumped`: what a `break` or `continue` left in the names of a loop."""

    parent: Scope | None = None
    kind: ScopeKind = "body"
    variables: dict[str, Variable] = field(default_factory=dict)
    lost: dict[str, Lost] = field(default_factory=dict)
    narrowed: dict[str, Variable] = field(default_factory=dict)
    jumped: list[Variable] = field(default_factory=list)

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def lookup(self, name: str) -> Variable | None:
        """The variable of that name, if it is bound."""
        for scope in self.chain():
            found = scope.narrowed.get(name) or scope.variables.get(name)
            if found is not None:
                return found
        return None

    def lookup_declared(self, name: str) -> Variable | None:
        """The variable of that name with the type it was bound with, whatever a condition says."""
        for scope in self.chain():
            found = scope.variables.get(name)
            if found is not None:
                return found
        return None

    def lookup_lost(self, name: str) -> Lost | None:
        """Why a name is not bound any more, if it ever was."""
        for scope in self.chain():
            found = scope.lost.get(name)
            if found is not None:
                return found
        return None

    def crosses_arm(self, name: str) -> Variable | None:
        """The variable of that name if it belongs to the program around the innermost arm."""
        crossed = False
        for scope in self.chain():
            found = scope.variables.get(name)
            if found is not None:
                return found if crossed else None
            crossed = crossed or scope.kind == "arm"
        return None

    def bind(self, variable: Variable) -> None:
        """Bind a name at this level."""
        self.variables[variable.name] = variable
        for scope in self.chain():
            scope.narrowed.pop(variable.name, None)

    @property
    def is_in_loop(self) -> bool:
        """Whether a loop is open around this scope."""
        return any(scope.kind == "loop" for scope in self.chain())

    def jump(self) -> None:
        """Tell the innermost loop what its names stand for where a `break` or `continue` leaves it."""
        found: dict[str, Variable] = {}
        for scope in self.chain():
            found = scope.variables | found
            if scope.kind == "loop":
                scope.jumped += found.values()
                return

    def names(self) -> set[str]:
        """Every name that is bound here."""
        return {name for scope in self.chain() for name in scope.variables}
