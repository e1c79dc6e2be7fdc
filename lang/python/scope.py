"""What names mean while a function is lowered: values, states, arms, things to append.

A scope is copied for each arm of a branch and for each body of a loop; afterwards the copies are
compared, and what differs is yielded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...ir.ops import Operand


@dataclass(frozen=True)
class StateRef:
    """A prompt state: `s`, or an arm. `number` is its key in `Scope.states`."""

    number: int


@dataclass(frozen=True)
class ForksRef:
    """The arms of a fork, by number; `parent` is the state that was forked."""

    parent: int
    arms: tuple[int, ...]


@dataclass(frozen=True)
class Pending:
    """Something to append that was made before it is appended: the parts of it."""

    parts: tuple[object, ...]


@dataclass(frozen=True)
class Variable:
    """A variable of a state. Not `certain`: some paths do not bind it, and its value is none then."""

    value: Operand
    certain: bool = True


@dataclass
class StateData:
    """A state as it stands: its prompt, its variables, and what it began with if it is an arm."""

    prompt: Operand
    variables: dict[str, Variable] = field(default_factory=dict[str, Variable])
    inherited: Mapping[str, Variable] = field(default_factory=dict[str, Variable])
    unnamed: int = 0
    open_role: str | None = None

    def own(self) -> list[str]:
        """The names that an arm itself has bound."""
        was = self.inherited
        return [n for n, v in self.variables.items() if n not in was or v.value != was[n].value]

    def copy(self) -> StateData:
        """A copy whose variables change by themselves."""
        return replace(self, variables=dict(self.variables))


Meaning = Operand | StateRef | ForksRef | Pending


@dataclass
class Scope:
    """The local names of the function, and the states that they refer to."""

    names: dict[str, Meaning] = field(default_factory=dict[str, Meaning])
    states: dict[int, StateData] = field(default_factory=dict[int, StateData])

    def copy(self) -> Scope:
        """A copy for an arm or a body."""
        return Scope(dict(self.names), {n: data.copy() for n, data in self.states.items()})

    def adopt(self, other: Scope) -> None:
        """Mean what another scope means."""
        self.names, self.states = other.names, other.states
