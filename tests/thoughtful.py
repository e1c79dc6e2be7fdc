"""Random programs whose assistants think first: reasoning is put at the beginning of their turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from programs import RandomProgram

from sglc.ir.module import Fragment, Module, Program
from sglc.ir.ops import Block, For, Fork, Gen, Op, Turn, Value, While
from sglc.ir.sampling import Sampling
from sglc.ir.types import PROMPT, STR
from sglc.passes.rewriting.rewriter import Rewriter


class _Thinks(Rewriter):
    """Puts reasoning behind the begin of every `every`-th assistant's turn."""

    def __init__(self, every: int) -> None:
        super().__init__()
        self._every, self._seen = every, 0
        self._indices: tuple[Value, ...] = ()

    def visit(self, op: Op) -> Sequence[Op]:
        body = _loop_of(op)
        if body is not None:
            outer, self._indices = self._indices, (*self._indices, body.args[0])
            done = self.descend(op)
            self._indices = outer
            return (done,)
        if not isinstance(op, Turn) or (op.role, op.edge) != ("assistant", "begin"):
            return (self.descend(op),)
        self._seen += 1
        return (op,) if self._seen % self._every else self._thinking(op)

    def _thinking(self, op: Turn) -> Sequence[Op]:
        """The begin of the turn, and reasoning in it."""
        begun, opened, said = Value(PROMPT), Value(PROMPT), Value(PROMPT)
        sampling = Sampling(max_tokens=3 + self._seen % 5, thinking="on")
        site = f"t{self._seen}.thinking"
        return (
            replace(op, result=begun),
            Turn(opened, begun, "thinking", "begin"),
            Gen(said, Value(STR, "thought"), opened, site, self._indices, sampling),
            Turn(op.result, said, "thinking", "end"),
        )


def _loop_of(op: Op) -> Block | None:
    """The region that is run several times, with its index as first argument."""
    match op:
        case For(body=body) | While(body=body):
            return body
        case Fork(items=items, bodies=(body, *_)) if items is not None:
            return body
        case _:
            return None


def thoughtful(program: RandomProgram, every: int = 1) -> RandomProgram:
    """The program with reasoning in it."""
    module = program.module
    programs: tuple[Program, ...] = tuple(
        replace(each, body=_Thinks(every).block(each.body)) for each in module.programs
    )
    fragments: tuple[Fragment, ...] = tuple(
        replace(each, body=_Thinks(every).block(each.body)) for each in module.fragments
    )
    return replace(program, module=Module(programs, fragments, module.externs))
