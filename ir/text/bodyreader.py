"""Reading a body: scopes of names, regions, and the operands that lines of every form hold.

The ops themselves are read by the function that it is given, so that a region may hold any op.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from ..infer import const_type
from ..ops import Block, Const, Op, Operand, Value
from ..span import Span
from ..types import ANY, Type
from .cursor import Cursor
from .names import hint_of

MAX_REGION_DEPTH = 80


class Target(NamedTuple):
    """A result as it is written: a name or `_`, perhaps with a type; `none` for no result."""

    name: str | None
    type: Type | None
    span: Span


class BodyReader:
    """Reads the body of one program or fragment. Names are unique in it; regions are scopes."""

    def __init__(self, cursor: Cursor, op: Callable[[BodyReader], Op]) -> None:
        self.cursor = cursor
        self._op = op
        self._scope: dict[str, Value] = {}
        self._defined: set[str] = set()
        self._depth = 0

    # --- definitions and scopes -----------------------------------------------------------------

    def new_param(self) -> tuple[str, Value]:
        """Read and define `%name: type` of a parameter, which keeps its name whatever it is."""
        target = self.target()
        if target.name in (None, "_") or target.type is None:
            raise self.cursor.failure("1001", "expected `%name: type`", target.span)
        return target.name, self.define(target, ANY, hint=target.name)

    def new_argument(self, expected: Type | None) -> Value:
        """Read and define a block argument; without an expected type it must be written."""
        target = self.target()
        if target.type is None and expected is None:
            raise self.cursor.failure("1001", "expected a type", target.span)
        return self.define(target, expected or ANY)

    def target(self) -> Target:
        """Read a result as it is written."""
        start = self.cursor.at
        name = None if self.cursor.take("none") else self.cursor.value_name()
        if name is None and self.cursor.end_of_last <= start:
            raise self.cursor.unexpected("a `%value`")
        span = self.cursor.since(start)
        kind = self.cursor.type() if self.cursor.take(":") else None
        return Target(name, kind, span)

    def define(self, target: Target, expected: Type, hint: str | None = None) -> Value:
        """Define a name, new in the body; `_` defines none."""
        name = target.name or "_"
        value = Value(target.type or expected, hint_of(name) if hint is None else hint)
        if name == "_":
            return replace(value, hint="")
        if name in self._defined:
            raise self.cursor.failure("1005", f"`%{name}` is defined twice", target.span)
        self._defined.add(name)
        self._scope[name] = value
        return value

    @contextmanager
    def _inner_scope(self) -> Generator[None]:
        outer = self._scope
        self._scope = dict(outer)
        self._depth += 1
        if self._depth > MAX_REGION_DEPTH:
            raise self.cursor.failure("1007", f"regions nested deeper than {MAX_REGION_DEPTH}")
        yield
        self._scope = outer
        self._depth -= 1

    # --- blocks ---------------------------------------------------------------------------------

    def block(self, args: tuple[Value, ...]) -> Block:
        """Read `{ ... }` with arguments that are defined already."""
        self.cursor.expect("{")
        return self.block_rest(args)

    def block_rest(self, args: tuple[Value, ...]) -> Block:
        """Read ops up to the closing brace."""
        ops: list[Op] = []
        while not self.cursor.take("}"):
            ops.append(self._op(self))
        return Block(args, tuple(ops))

    def region(self, keyword: str, types: tuple[Type, ...]) -> Block:
        """Read `keyword (args) { ... }` in a scope of its own."""
        if keyword:
            self.cursor.expect(keyword)
        with self._inner_scope():
            args: list[Value] = []
            for _ in self.items("(", ")") if self.cursor.peek("(") else ():
                expected = types[len(args)] if len(args) < len(types) else None
                args.append(self.new_argument(expected))
            return self.block(tuple(args))

    # --- operands -------------------------------------------------------------------------------

    def items(self, opening: str, closing: str) -> Iterator[None]:
        """Once per comma-separated item between two marks; the loop's body reads the item."""
        self.cursor.expect(opening)
        if self.cursor.take(closing):
            return
        yield
        while not self.cursor.take(closing):
            self.cursor.expect(",")
            yield

    def operand(self) -> Operand:
        """Read a constant or the name of a value."""
        start = self.cursor.at
        if self.cursor.starts_json():
            value = self.cursor.json()
            return Const(value, const_type(value))
        if self.cursor.take("("):
            value = self.cursor.json()
            self.cursor.expect(":")
            const = Const(value, self.cursor.type())
            self.cursor.expect(")")
            return const
        name = self.cursor.value_name()
        if name is None:
            raise self.cursor.unexpected("an operand")
        if name not in self._scope:
            raise self._unknown(name, self.cursor.since(start))
        return self._scope[name]

    def _unknown(self, name: str, span: Span) -> Exception:
        near = difflib.get_close_matches(name, self._scope, 1)
        hint = f" (did you mean `%{near[0]}`?)" if near else ""
        return self.cursor.failure("1003", f"`%{name}` is not bound here{hint}", span)

    def in_marks(self, opening: str, closing: str) -> tuple[Operand, ...]:
        """Read comma-separated operands between two marks."""
        return tuple(self.operand() for _ in self.items(opening, closing))

    def bare_operands(self) -> tuple[Operand, ...]:
        """Comma-separated operands to the end of the line; none where no operand stands."""
        if not self.cursor.starts_operand():
            return ()
        found = [self.operand()]
        while self.cursor.take(","):
            found.append(self.operand())
        return tuple(found)

    def and_operand(self) -> Operand:
        """Read an operand after a comma."""
        self.cursor.expect(",")
        return self.operand()

    def choice(self, choices: tuple[str, ...], what: str) -> str:
        """Read one of several words."""
        start = self.cursor.at
        word = self.cursor.word(what)
        if word not in choices:
            wanted = ", ".join(choices)
            raise self.cursor.failure("1001", f"expected one of {wanted}", self.cursor.since(start))
        return word

    def site(self) -> tuple[str, tuple[Operand, ...]]:
        """Read where a call stands, and the indices of the loops around it."""
        self.cursor.expect("site")
        site = self.cursor.string()
        return site, self.in_marks("[", "]") if self.cursor.take("at") else ()

    def name(self) -> str:
        """Read what the source calls an answer, if that is written."""
        return self.cursor.string() if self.cursor.take("name") else ""


def unnamed(kind: Type = ANY) -> Value:
    """A stand-in for a result until its name and type are known."""
    return Value(kind)


def unnamed_all(count: int) -> tuple[Value, ...]:
    """Stand-ins for so many results."""
    return tuple(unnamed() for _ in range(count))
