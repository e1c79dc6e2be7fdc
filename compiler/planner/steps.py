"""From the ops of one program to its steps, placing every prompt in the prefix table on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from ...ir.module import Module, Program
from ...ir.ops import (
    Block,
    Call,
    Collect,
    Const,
    Echo,
    For,
    Fork,
    Gen,
    GetField,
    Host,
    If,
    Image,
    Insert,
    Op,
    Operand,
    Prefetch,
    Release,
    Retain,
    Return,
    Root,
    Select,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    While,
    Yield,
)
from ...ir.span import Span
from ...ir.structure import operands
from ...ir.types import PROMPT, holds_prompt
from ...ir.uses import Uses
from ...runtime.plan import schema as p
from .append_steps import AppendSteps
from .call_steps import CallSteps
from .facts import ModuleFacts
from .families import Families
from .groups import Groups
from .places import Places
from .prefixes import PrefixTable
from .registers import PureOp, Registers
from .schedule import in_order, schedule
from .spans import source_span


@dataclass(slots=True)
class Shared:
    """What the programs of a module build together."""

    module: Module
    table: PrefixTable
    families: Families
    groups: Groups
    facts: ModuleFacts
    level: int


def program_steps(program: Program, shared: Shared) -> tuple[list[p.Step], Registers]:
    """The steps of a program. Its parameters have the first registers, in order."""
    writer = StepWriter(program, shared)
    for param in program.params:
        writer.registers.new(param.value)
    steps, _ = writer.block(program.body)
    return steps, writer.registers


class StepWriter:
    """Writes the steps of one program: its blocks and control flow, and through its parts all the others."""

    def __init__(self, program: Program, shared: Shared) -> None:
        self._shared = shared
        self._table = shared.table
        self.registers = Registers(Uses.of(program))
        self._places = Places(program, shared.table)
        self._appends = appends = AppendSteps(self.registers, self._places)
        calls = CallSteps(
            program.name, shared.families, self.registers, self._places, self._appends
        )
        self._writers: dict[type, Callable[..., list[p.Step]]] = {
            Root: appends.root, Text: appends.text, Insert: appends.insert, Turn: appends.turn,
            Image: appends.image, Echo: appends.echo, Gen: calls.gen, Select: calls.select, Host: calls.host,
            Prefetch: calls.prefetch, Retain: calls.retain, Release: calls.release, Call: calls.call,
            Unordered: self._unordered, Collect: self._collect, If: self._if, For: self._for,
            While: self._while, Fork: self._fork,
        }  # fmt: skip

    # --- blocks -------------------------------------------------------------------------------

    def block(self, block: Block) -> tuple[list[p.Step], list[p.Expr]]:
        """The steps of a block and the expressions it yields."""
        steps: list[p.Step] = []
        plain = block.ops[:-1]
        bundles = (
            in_order(plain) if self._shared.level == 0 else schedule(plain, self._shared.facts)
        )
        for bundle in bundles:
            steps += self._bundle(bundle)
        last = block.ops[-1]
        if isinstance(last, Return):
            value = self.registers.operand(last.value)
            return [*steps, *self.registers.flush(), p.ReturnStep(value)], []
        yields = self.registers.operands(last.values) if isinstance(last, Yield) else []
        return [*steps, *self.registers.flush()], yields

    def _bundle(self, bundle: tuple[Op, ...]) -> list[p.Step]:
        if len(bundle) == 1:
            return self._op(bundle[0])
        before: list[p.Step] = self.registers.flush()
        members = [self._op(op) for op in bundle]
        return [*before, p.TogetherStep([step for steps in members for step in steps])]

    def _op(self, op: Op) -> list[p.Step]:
        write = self._writers.get(type(op))
        if write is not None:
            return write(op)
        if isinstance(op, Use):
            raise ValueError(f"fragment `{op.fragment}` was not inlined")
        pure = cast("PureOp", op)  # all others are
        self._places.meet(pure.result, operands(op))
        if isinstance(op, GetField):
            self._places.call(op.result, f"{self._places.name_of(op.record)}.{op.name}")
        return self.registers.evaluate(pure)

    def _body(self, block: Block) -> p.Body:
        args = [self.registers.new(arg) for arg in block.args]
        steps, yields = self.block(block)
        return p.Body(args, steps, yields)

    # --- sections -----------------------------------------------------------------------------

    def _unordered(self, op: Unordered) -> list[p.Step]:
        """Sections as they stand: each runs in place on the prompt of the one before."""
        if op.batch is not None:
            return self._sections(op, op.batch)
        steps: list[p.Step] = []
        current: Operand = op.prompt
        for section in op.sections:
            self.registers.alias(section.args[0], current)
            self._places.put(section.args[0], self._places.of(current))
            inner, _ = self.block_in_place(section)
            steps += inner
            current = section.ops[-1].values[0]  # type: ignore[union-attr]
        self.registers.alias(op.result, current)
        self._places.put(op.result, self._places.of(current))
        return steps

    def _sections(self, op: Unordered, batch: int) -> list[p.Step]:
        """Sections that a batch may order; in the table they follow each other as they stand."""
        prompt = self.registers.operand(op.prompt)
        before = self.registers.flush()
        start = node = self._places.of(op.prompt)
        bodies: list[p.Body] = []
        for section in op.sections:
            self._places.put(section.args[0], node)
            bodies.append(self._body(section))
            node = self._places.of(_yielded(section)[0])
        self._table.set_free(start, node)
        out = self._appends.bind(op.result, node)
        return [*before, p.SectionsStep(out, prompt, bodies, batch, node)]

    def block_in_place(self, block: Block) -> tuple[list[p.Step], None]:
        """The steps of a block whose values stay visible behind it."""
        steps = [step for op in block.ops[:-1] for step in self._op(op)]
        return [*steps, *self.registers.flush()], None

    # --- control ------------------------------------------------------------------------------

    def _collect(self, op: Collect) -> list[p.Step]:
        items = self.registers.operand(op.items)
        before = self.registers.flush()
        for arg in op.body.args:
            self._places.meet(arg, (op.items,))
        body = self._body(op.body)
        self._places.meet(op.result, _yielded(op.body)[:1])
        return [
            *before,
            p.CollectStep(self.registers.new(op.result), items, body, source_span(op.span)),
        ]

    def _if(self, op: If) -> list[p.Step]:
        cond = self.registers.operand(op.cond)
        before = self.registers.flush()
        then, orelse = self._body(op.then), self._body(op.orelse)
        for at, result in enumerate(op.results):
            self._places.meet(result, (_yielded(op.then)[at], _yielded(op.orelse)[at]))
        outs = [self.registers.new(result) for result in op.results]
        return [*before, p.IfStep(outs, cond, then, orelse, source_span(op.span))]

    def _for(self, op: For) -> list[p.Step]:
        items = self.registers.operand(op.items)
        inits = self.registers.operands(op.inits)
        before = self.registers.flush()
        self._places.meet(op.body.args[1], (op.items,))
        heads = self._open(op.inits, op.body.args[2:], _count_of(op.items), op.span)
        body = self._body(op.body)
        met = self._close(heads, body, op)
        outs = [self.registers.new(result) for result in op.results]
        return [*before, p.ForStep(outs, items, inits, body, met, source_span(op.span))]

    def _while(self, op: While) -> list[p.Step]:
        inits = self.registers.operands(op.inits)
        limit = self.registers.operand(op.limit)
        before = self.registers.flush()
        heads = self._open(op.inits, op.body.args[1:], "turns", op.span)
        for arg, head in zip(op.cond.args, heads, strict=True):
            if head is not None:
                self._places.put(arg, head)
        cond, body = self._body(op.cond), self._body(op.body)
        met = self._close(heads, body, op)
        outs = [self.registers.new(result) for result in op.results]
        return [*before, p.WhileStep(outs, inits, cond, body, limit, met, source_span(op.span))]

    def _open(
        self, inits: tuple[Operand, ...], args: tuple[Value, ...], times: str, span: Span | None
    ) -> list[int | None]:
        """The loop heads of the carried prompts (None for other values)."""
        heads: list[int | None] = []
        for init, arg in zip(inits, args, strict=True):
            nodes = self._places.of_all((init,)) if holds_prompt(arg.type) else []
            heads.append(self._table.loop(nodes[0], times, source_span(span)) if nodes else None)
            if nodes:
                self._places.put(arg, heads[-1])  # type: ignore[arg-type]
        return heads

    def _close(self, heads: list[int | None], body: p.Body, op: For | While) -> list[int]:
        """Say where the body ends; the heads that the loop has."""
        for head, end, result in zip(heads, _yielded(op.body), op.results, strict=True):
            for node in self._places.of_all((end,)):
                if head is None:
                    self._places.put(result, node)
                else:
                    self._table.close_loop(head, node)
            if head is not None:
                self._places.put(result, head)
        met = [head for head in heads if head is not None]
        return met

    def _fork(self, op: Fork) -> list[p.Step]:
        items = self.registers.operand(op.items) if op.items is not None else None
        before = self.registers.flush()
        if op.items is not None:
            self._places.meet(op.bodies[0].args[1], (op.items,))
        outer = [v for v in self._shared.facts.reads(op) if v.type == PROMPT and v in self._places]
        bodies = [self._body(body) for body in op.bodies]
        ends = [end for body in op.bodies for end in _yielded(body)]
        for end, result in zip(ends, op.results, strict=True):
            self._places.meet(result, (end,))
        outs = [self.registers.new(result) for result in op.results]
        group, prompt = self._group(bodies, outer)
        return [*before, p.ForkStep(outs, items, bodies, group, prompt, source_span(op.span))]

    def _group(self, bodies: list[p.Body], outer: list[Value]) -> tuple[int | None, p.Expr | None]:
        by_node = {self._places.of(v): v for v in outer}
        families = self._shared.families.all
        group = self._shared.groups.find(bodies, set(by_node), families, self._table)
        if group is None:
            return None, None
        return group.id, self.registers.operand(by_node[group.node])


def _yielded(block: Block) -> tuple[Operand, ...]:
    last = block.ops[-1]
    return last.values if isinstance(last, Yield) else ()


def _count_of(items: Operand) -> str:
    """How often a loop over `items` runs, as formulas name it."""
    if isinstance(items, Const) and isinstance(items.value, list):
        return str(len(items.value))
    return f"len({items.hint or 'items'})" if isinstance(items, Value) else "n"
