"""Loops in several versions: they carry as few of each prompt as keep apart what an iteration keeps apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...ir.ops import Block, For, Op, Operand, Value, While, Yield
from ...ir.types import holds_prompt
from .version_table import NOTHING, VersionTable, yielded

Parts = list[list[list[int]]]
"""For each carried value its futures, those together that one version stands for."""


@dataclass(frozen=True)
class _Body:
    """A body as it was written with these `parts`: what it takes, does and ends with."""

    parts: Parts
    args: list[list[Value]]
    ops: list[Op]
    ends: tuple[Operand, ...]


class LoopWriter:
    """Writes loops. `ops` rewrites what stands in one."""

    def __init__(self, table: VersionTable, ops: Callable[[Sequence[Op]], list[Op]]) -> None:
        self._table, self._ops = table, ops

    def loop(self, op: For | While) -> For | While:
        """The loop, with each carried prompt once for each version. Raises DoesNotCompose."""
        own = 2 if isinstance(op, For) else 1
        if isinstance(op, For) and holds_prompt(op.body.args[1].type):
            self._table.put_item(op.body.args[1], op.items)
        written = self._body(op, op.body.args[own:])
        flat = [(at, part[0]) for at, each in enumerate(written.parts) for part in each]
        yields = tuple(self._table.get(written.ends[at], future) for at, future in flat)
        body = Block((*op.body.args[:own], *_flat(written.args)), (*written.ops, Yield(yields)))
        new = replace(
            op,
            inits=tuple(self._table.get(op.inits[at], future) for at, future in flat),
            results=self._bound(op.results, written.parts),
            body=body,
        )
        if isinstance(new, For):
            return replace(new, items=self._table.get(new.items, NOTHING))
        args = self._bound(new.cond.args, written.parts)
        return replace(new, cond=Block(args, tuple(self._ops(new.cond.ops))))

    def _body(self, op: For | While, carried: Sequence[Value]) -> _Body:
        """The body with as many versions as it needs: tried with ever more, until none is missing."""
        parts = [
            self._table.parted(init, self._table.wanted(arg))
            if holds_prompt(arg.type)
            else [[NOTHING]]
            for init, arg in zip(op.inits, carried, strict=True)
        ]
        while True:
            args = [self._table.bind(arg, part) for arg, part in zip(carried, parts, strict=True)]
            ops = self._ops(op.body.ops[:-1])
            ends = yielded(op.body)
            finer = [
                self._finer(end, part) if holds_prompt(arg.type) else part
                for arg, part, end in zip(carried, parts, ends, strict=True)
            ]
            if finer == parts:
                return _Body(parts, args, ops, ends)
            parts = finer

    def _finer(self, end: Operand, parts: list[list[int]]) -> list[list[int]]:
        return [piece for part in parts for piece in self._table.parted(end, part)]

    def _bound(self, names: Sequence[Value], parts: Parts) -> tuple[Value, ...]:
        return _flat([self._table.bind(n, part) for n, part in zip(names, parts, strict=True)])


def _flat(values: list[list[Value]]) -> tuple[Value, ...]:
    return tuple(value for each in values for value in each)
