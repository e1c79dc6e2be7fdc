"""Control in several versions: what branches and forks yield, once for each future that differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ...ir.ops import Block, Collect, Fork, If, Op, Operand, Unordered, Value, Yield
from ...ir.types import holds_prompt
from .not_composing import DoesNotCompose
from .version_table import NOTHING, VersionTable, yielded


class RegionWriter:
    """Writes ops whose regions run once. `ops` rewrites what stands in one."""

    def __init__(self, table: VersionTable, ops: Callable[[Sequence[Op]], list[Op]]) -> None:
        self._table, self._ops = table, ops

    def branch(self, op: If) -> If:
        """A branch whose results stand once for each pair of versions that its arms give."""
        arms = [(self._ops(block.ops[:-1]), yielded(block)) for block in (op.then, op.orelse)]
        results: list[Value] = []
        yields: tuple[list[Operand], list[Operand]] = ([], [])
        for at, result in enumerate(op.results):
            given = self._versions_of((arms[0][1][at], arms[1][1][at]))
            for new, both in self._table.results(result, given):
                results.append(new)
                for side, value in zip(yields, both, strict=True):
                    side.append(value)
        blocks = [
            Block((), (*ops, Yield(tuple(side))))
            for (ops, _), side in zip(arms, yields, strict=True)
        ]
        return replace(op, results=tuple(results), then=blocks[0], orelse=blocks[1])

    def fork(self, op: Fork) -> Fork:
        """A fork whose arms yield each version of their prompts."""
        if op.items is not None and holds_prompt(op.bodies[0].args[1].type):
            self._table.put_item(op.bodies[0].args[1], op.items)
        results: list[Value] = []
        names = iter(op.results)
        bodies = tuple(self._arm(body, names, results) for body in op.bodies)
        items = None if op.items is None else self._table.get(op.items, NOTHING)
        return replace(op, results=tuple(results), items=items, bodies=bodies)

    def _arm(self, body: Block, names: Iterator[Value], results: list[Value]) -> Block:
        """An arm that yields each version, and adds the values that stand for them to the fork's results."""
        ops = self._ops(body.ops[:-1])
        yields: list[Operand] = []
        for value in yielded(body):
            given = self._versions_of((value,))
            for result, (version,) in self._table.results(next(names), given):
                results.append(result)
                yields.append(version)
        return Block(body.args, (*ops, Yield(tuple(yields))))

    def _versions_of(self, values: tuple[Operand, ...]) -> Callable[[int], tuple[Operand, ...]]:
        return lambda future: tuple(self._table.get(value, future) for value in values)

    def comprehension(self, op: Collect) -> Op:
        """A comprehension over prompts, where the template writes each of them in one way."""
        arg = op.body.args[0]
        if not holds_prompt(arg.type):
            return op
        self._table.put_item(arg, op.items)
        self._table.put_once(op.result)
        body = Block(op.body.args, tuple(self._ops(op.body.ops)))
        return replace(op, items=self._table.get(op.items, NOTHING), body=body)

    def sections(self, op: Unordered) -> Op:
        """Sections, where the template writes their prompts in one way. Raises DoesNotCompose."""
        self._needs_one(op.prompt, "sections stand in")
        sections = tuple(map(self._section, op.sections))
        self._table.put_once(op.result)
        return replace(op, prompt=self._table.get(op.prompt, NOTHING), sections=sections)

    def _section(self, section: Block) -> Block:
        self._table.put_once(section.args[0])
        written = Block(section.args, tuple(self._ops(section.ops)))
        self._needs_one(yielded(section)[0], "a section holds")
        return written

    def _needs_one(self, prompt: Operand, what: str) -> None:
        if not self._table.is_one(prompt, self._table.wanted(prompt)):
            raise DoesNotCompose(f"{what} a turn that the template writes in several ways")
