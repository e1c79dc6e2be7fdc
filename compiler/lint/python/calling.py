"""One call that is looked at, as the tables of functions and methods see it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..finding import Cause, Place
from ..layout import REQUEST
from .frames import Frame
from .machine import Run
from .places import dotted, place_of, shown
from .taints import Taint
from .texts import literal
from .values import Const, Opaque, Value

_NOBODY = Const(None)
_CHOOSING = frozenset("exclude include omit skip".split())
"""Names under which a call gets the names of fields: none of them stands in what it gives."""


@dataclass(eq=False, slots=True)
class Calling:
    """One call: in which function, under which name, with what, and on what where it is one of a method."""

    run: Run
    frame: Frame
    name: str
    args: Sequence[Value]
    kwargs: Mapping[str, Value]
    node: ast.Call
    receiver: Value = _NOBODY
    rest: Value | None = None
    """What `**` brought that isn't known."""

    @property
    def here(self) -> Place:
        """Where it stands."""
        return place_of(self.frame.module, self.node)

    @property
    def place(self) -> Place:
        """The same as an origin: the symbol is the function and what it calls."""
        return self.origin(self.name)

    def origin(self, what: str) -> Place:
        """Where it stands, with a symbol of the function and a word."""
        return place_of(self.frame.module, self.node, f"{self.frame.name}:{what}")

    @property
    def said(self) -> str:
        """The receiver as it is written: `self.store`."""
        return dotted(self.node.func).rpartition(".")[0]

    @property
    def shown(self) -> str:
        """Its source in backticks."""
        return shown(self.node)

    @property
    def loops(self) -> tuple[int, ...]:
        """The loops that are running."""
        return self.run.loop_numbers()

    @property
    def first(self) -> Value:
        """The first argument; something unknown where there is none."""
        return self.args[0] if self.args else Opaque()

    @property
    def key(self) -> str | None:
        """The first argument, where it is a known text."""
        return literal(self.args[0]) if self.args else None

    @property
    def given(self) -> tuple[Value, ...]:
        """All arguments, however they are given, but for those that only say which parts are wanted."""
        return (*self.args, *(v for k, v in self.kwargs.items() if k not in _CHOOSING))

    def taint(self, cause: Cause, what: str, rank: int = REQUEST) -> Taint:
        """Something volatile that comes about here."""
        return Taint(cause, rank, self.place, what, loops=self.loops)

    def applied(
        self, callee: Value, args: Sequence[Value], kwargs: Mapping[str, Value] | None = None
    ) -> Value:
        """What something that is given here gives once it is called."""
        return self.run.calls.value(
            self.run, self.frame, callee, list(args), dict(kwargs or {}), self.node
        )

    def named(self, name: str) -> Calling:
        """The same call under another name."""
        return Calling(
            self.run, self.frame, name, self.args, self.kwargs, self.node, self.receiver, self.rest
        )

    def of(self, receiver: Value) -> Calling:
        """The same call of another value's method."""
        return Calling(
            self.run, self.frame, self.name, self.args, self.kwargs, self.node, receiver, self.rest
        )

    def with_args(self, *args: Value) -> Calling:
        """The same call with other positional arguments, and none by name."""
        return replace(self, args=args, kwargs={})


External = Callable[[Calling], Value]
"""What a function of another package gives."""
