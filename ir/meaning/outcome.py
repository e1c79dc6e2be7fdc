"""What the reference interpreter tells of a run: its result, what it asked, what it did outside, how it failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..ops import Op
from ..sampling import Constraint, Sampling
from ..span import Span
from ..values.limits import Json


class RowFailed(Exception):
    """The error of a row: a code, what happened, and where in the program.

    `op` is the operation that failed, and `done` what was asked and done by then; its result is none.
    `beside`: what failed in other arms of the forks around it.
    """

    def __init__(self, code: str, message: str, span: Span | None, op: Op | None = None) -> None:
        self.code, self.message, self.span, self.op = code, message, span, op
        self.done = Outcome(None, ())
        self.beside: tuple[RowFailed, ...] = ()
        super().__init__(f"{span}: {message}" if span else message)


@dataclass(frozen=True, slots=True)
class SourceCall:
    """One call of the source, as it was asked and answered.

    `path`: the program, and the sites and programs that lead to it, then the call's own site.
    `sample` tells the continuations of one `gen` with `n` apart. For a select, `returned` is the
    choice that won and `choices` are all of them.
    """

    kind: Literal["gen", "select"]
    path: tuple[str, ...]
    indices: tuple[int, ...]
    sample: int
    name: str
    asked: tuple[int, ...]
    returned: tuple[int, ...]
    value: Json
    sampling: Sampling | None = None
    constraint: Constraint | None = None
    seed: int = 0
    method: str = ""
    choices: tuple[tuple[int, ...], ...] = ()
    speculative: bool = False

    @property
    def key(self) -> tuple[tuple[str, ...], tuple[int, ...], int]:
        """What names the call in the source, whatever passes do."""
        return self.path, self.indices, self.sample


@dataclass(frozen=True, slots=True)
class HostCall:
    """One call of a host function with effects, and whether it failed."""

    path: tuple[str, ...]
    extern: str
    args: tuple[Json, ...]
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """What the arms of a fork did, each in its own order and beside each other."""

    arms: tuple[tuple[Done, ...], ...]


Done = HostCall | Beside
"""Something that was done outside, or several such things side by side."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program gave, what it asked and did on the way, and which loops ended at their limit."""

    result: Json
    transcript: tuple[SourceCall, ...]
    limits_reached: tuple[Span | None, ...] = ()
    effects: tuple[Done, ...] = ()
