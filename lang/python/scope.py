"""What names mean while a function is lowered: values, states, arms, things to append.

A scope is copied for each arm of a branch and for each body of a loop; afterwards the copies are
compared, and what differs is yielded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...ir.ops import Const, Operand, Value
from ...ir.types import BOOL

RETURN = "$return"
"""The name that stands for what the function returns."""
RETURNED = "$returned"
"""The name that says that a loop was left by `return`."""
BROKEN = "$broken"
"""The name that says that the innermost loop has been left."""
SKIP = "$skip"
"""The name that says that the rest of a block is passed over, since something in it has jumped."""
MOST_ARMS = 64
"""Arms and rounds that are written one by one. More arms than that are alike: a loop over them is one body."""


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
class ArmsRef:
    """Arms whose number is computed at run time, or large; `number` is their key in `Scope.arms`.

    `items`: the name of a list and the list, when there is an arm for each of its items.
    """

    parent: int
    number: int
    count: Operand
    items: tuple[str, Operand] | None = None


@dataclass(frozen=True)
class Pending:
    """Something to append that was made before it is appended: the parts of it."""

    parts: tuple[object, ...]


@dataclass(frozen=True)
class KeywordsRef:
    """The `**name` of a helper: the keywords that it was called with, each under a name of its own."""

    name: str
    keys: tuple[str, ...]

    def name_of(self, key: str) -> str:
        """The local name that stands for one of them."""
        return f"**{self.name}.{key}"


@dataclass(frozen=True)
class Variable:
    """A variable of a state. Not `certain`: some paths do not bind it, and its value is none then."""

    value: Operand
    certain: bool = True


@dataclass
class StateData:
    """A state as it stands: its prompt, its variables, and what it began with if it is an arm.

    `opened`: the prompt as a turn has just begun, or reasoning in it is over. `has_turns`: each path has begun one.
    `arms`: for each fork of a constant number that led to it the indices around that fork, the arm, and its state.
    """

    prompt: Operand
    variables: dict[str, Variable] = field(default_factory=dict[str, Variable])
    inherited: Mapping[str, Variable] = field(default_factory=dict[str, Variable])
    unnamed: int = 0
    open_role: str | None = None
    opened: Operand | None = None
    has_turns: bool = False
    arms: tuple[tuple[int, int, int], ...] = ()

    def own(self) -> list[str]:
        """The names that an arm itself has bound."""
        was = self.inherited
        return [n for n, v in self.variables.items() if n not in was or v.value != was[n].value]

    def copy(self) -> StateData:
        """A copy whose variables change by themselves."""
        return replace(self, variables=dict(self.variables))


@dataclass
class ArmsData:
    """Such arms as they stand: the list of their prompts (None: still the parent's), and variables as lists."""

    start: StateData
    prompts: Operand | None = None
    variables: dict[str, Variable] = field(default_factory=dict[str, Variable])

    def copy(self) -> ArmsData:
        """A copy whose variables change by themselves."""
        return replace(self, variables=dict(self.variables))


@dataclass(frozen=True)
class Lost:
    """Something that is no value, and not the same on all paths that lead here."""


Meaning = Operand | StateRef | ForksRef | ArmsRef | Pending | KeywordsRef | Lost
HANDLES = (StateRef, ForksRef, ArmsRef, Pending, KeywordsRef, Lost)
"""What a name may stand for that is no value, and can't be handed to Python."""


def flag_of(name: str) -> str:
    """Where it is kept whether a name is bound: a truth value; without one it is."""
    return f"?{name}"


@dataclass
class Scope:
    """The local names of the function, and the states and arms that they refer to.

    `own_arm`: in the body of a loop over arms, the name of the index and the state of the arm itself.
    """

    names: dict[str, Meaning] = field(default_factory=dict[str, Meaning])
    states: dict[int, StateData] = field(default_factory=dict[int, StateData])
    arms: dict[int, ArmsData] = field(default_factory=dict[int, ArmsData])
    own_arm: dict[int, tuple[str, int]] = field(default_factory=dict[int, tuple[str, int]])

    def bind(self, name: str, meaning: Meaning, flag: Operand | None = None) -> None:
        """Let a name mean something. `flag`: whether it is bound at all, where that is not certain."""
        self.names[name] = meaning
        if flag is None or flag == Const(True, BOOL):
            self.names.pop(flag_of(name), None)
        else:
            self.names[flag_of(name)] = flag

    def flag(self, name: str) -> Operand:
        """Whether a name is bound."""
        found = self.names.get(flag_of(name), Const(name in self.names, BOOL))
        assert isinstance(found, Value | Const)
        return found

    def copy(self) -> Scope:
        """A copy for an arm or a body."""
        return Scope(
            dict(self.names),
            {number: data.copy() for number, data in self.states.items()},
            {number: data.copy() for number, data in self.arms.items()},
            dict(self.own_arm),
        )

    def renamed(self, names: dict[str, Meaning]) -> Scope:
        """The same states under other names, for the body of a helper."""
        return Scope(names, self.states, self.arms, self.own_arm)

    def adopt(self, other: Scope) -> None:
        """Mean what another scope means."""
        self.names, self.states, self.arms = other.names, other.states, other.arms
