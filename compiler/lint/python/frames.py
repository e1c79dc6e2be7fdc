"""What runs: a loop, and one function while it is followed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field

from ..finding import Place
from .holding import union
from .taints import NONE, Taints
from .values import ClassInfo, ModuleInfo, StateV, Value


@dataclass(eq=False, slots=True)
class Loop:
    """A loop that is running; `shape` are the taints of what it runs over."""

    number: int
    place: Place
    shape: Taints = NONE
    frame: Frame | None = None
    node: ast.AST | None = None
    source: Value | None = None
    flags: dict[str, bool] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    is_exact: bool = False
    """Whether each of its rounds is followed by itself."""

    arms: dict[int, tuple[StateV, StateV]] = field(default_factory=dict)
    """Arms of a program that it goes through, and what they were when it began."""
    own: dict[int, StateV] = field(default_factory=dict)
    """Those of the round that is followed."""


class Names(MutableMapping[str, Value]):
    """The names of a function that is running and of those around it, as functions inside it see them."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def __getitem__(self, name: str) -> Value:
        env = self._frame.env
        return env[name] if name in env else self._frame.outer[name]

    def __setitem__(self, name: str, value: Value) -> None:
        is_here = name in self._frame.env or name not in self._frame.outer
        (self._frame.env if is_here else self._frame.outer)[name] = value

    def __delitem__(self, name: str) -> None:
        del self._frame.env[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._frame.outer, **self._frame.env})

    def __len__(self) -> int:
        return len({*self._frame.outer, *self._frame.env})


@dataclass(eq=False, slots=True)
class Frame:
    """One function while it is followed. `guards`: tests that hold here, as text; `conds`: their taints."""

    module: ModuleInfo
    env: dict[str, Value]
    name: str = ""
    outer: MutableMapping[str, Value] = field(default_factory=dict)
    returns: list[Value] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    yield_shape: Taints = NONE
    conds: list[Taints] = field(default_factory=list)
    guards: list[ast.expr] = field(default_factory=list)
    params: frozenset[str] = frozenset()
    me: str = ""
    owner: ClassInfo | None = None
    awaited: bool = False
    called_at: Place | None = None
    return_taints: Taints = NONE
    target: str = ""
    globals_named: set[str] = field(default_factory=set)
    outer_named: set[str] = field(default_factory=set)
    """Names of functions around it that it sets (`nonlocal`)."""
    queries: dict[str, Value] = field(default_factory=dict)
    statements: list[ast.stmt] = field(default_factory=list)
    left: Mapping[str, Mapping[str, ast.AST]] | None = None
    """What it leaves changed in records, once that was looked for."""

    def names(self) -> MutableMapping[str, Value]:
        """The names that functions defined here see: its own, then those around it."""
        return Names(self)

    def under(self) -> Taints:
        """The taints of all conditions that hold here."""
        return union(self.conds)
