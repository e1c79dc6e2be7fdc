"""A call of a method, as the rooms of methods see it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...finding import Cause, Place
from ...layout import REQUEST
from ..frames import Frame
from ..machine import Run
from ..places import dotted, place_of
from ..taints import Taint
from ..texts import literal
from ..values import Value


@dataclass(frozen=True)
class Calling:
    """One call of a method: by whom, on what, under which name, and with what."""

    run: Run
    frame: Frame
    receiver: Value
    name: str
    args: Sequence[Value]
    kwargs: Mapping[str, Value]
    node: ast.Call

    @cached_property
    def place(self) -> Place:
        """Where it stands; the symbol is the function and the method."""
        return place_of(self.frame.module, self.node, f"{self.frame.name}:{self.name}")

    @cached_property
    def said(self) -> str:
        """The receiver as it is written: `self.store`."""
        return dotted(self.node.func).rpartition(".")[0]

    @property
    def key(self) -> str | None:
        """The first argument, where it is a known text."""
        return literal(self.args[0]) if self.args else None

    @property
    def given(self) -> tuple[Value, ...]:
        """All arguments, however they are given."""
        return (*self.args, *self.kwargs.values())

    def taint(self, cause: Cause, what: str, rank: int = REQUEST) -> Taint:
        """Something volatile that comes about here."""
        return Taint(cause, rank, self.place, what, loops=self.run.loop_numbers())
