"""Where a check stands: in which turn, loop, arm or section, and whether effects are allowed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ...ir.span import Span
from ..syntax import nodes as s


class Surroundings:
    """What is open around the node that is checked.

    `turn`: the turn. `closed`: the outermost block that `return` can't leave, with its words.
    `innermost`: the innermost one, which `break` leaves if it is a loop.
    `section`: the `unordered` of a section. `pure_place`: words for a place without effects, or "".
    """

    def __init__(self, closed: tuple[str, Span] | None = None) -> None:
        self.closed = self.innermost = closed
        self.turn: s.Turn | None = None
        self.section: Span | None = None
        self.pure_place = ""

    @contextmanager
    def inside(self, place: str, span: Span) -> Generator[None]:
        """Check something that `return` can't leave."""
        outer = self.closed, self.innermost
        self.closed, self.innermost = self.closed or (place, span), (place, span)
        yield
        self.closed, self.innermost = outer

    @contextmanager
    def purely(self, place: str) -> Generator[None]:
        """Check something in which nothing may be called that has effects."""
        outer, self.pure_place = self.pure_place, self.pure_place or place
        yield
        self.pure_place = outer

    @contextmanager
    def in_turn(self, turn: s.Turn) -> Generator[None]:
        """Check the body of a turn; a turn inside a turn belongs to the outer one."""
        outer, self.turn = self.turn, self.turn or turn
        yield
        self.turn = outer

    @contextmanager
    def in_section(self, unordered: Span) -> Generator[None]:
        """Check a section of an `unordered`."""
        outer, self.section = self.section, unordered
        yield
        self.section = outer
