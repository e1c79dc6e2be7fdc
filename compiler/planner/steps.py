"""From the ops of one program to its steps, placing every prompt in the prefix table on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

from ...ir.module import Module, Program
from ...ir.ops import (
    Block,
    Call,
    Collect,
    Const,
    For,
    Fork,
    Gen,
    GetField,
    Host,
    If,
    Image,
    Insert,
    Mark,
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
from ...ir.types import PROMPT, ListType, OptionalType, Type
from ...ir.uses import Uses
from ...ir.values.operations import text_form
from ...runtime.plan import schema as p
from .facts import ModuleFacts
from .families import Families
from .groups import Groups
from .lifetimes import Lifetimes
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


def holds_prompt(kind: Type) -> bool:
    """Whether a value of this type is a prompt or a list of them."""
    match kind:
        case ListType(item) | OptionalType(item):
            return holds_prompt(item)
        case _:
            return kind == PROMPT


def program_steps(program: Program, shared: Shared) -> tuple[list[p.Step], Registers]:
    """The steps of a program. Its parameters have the first registers, in order."""
    writer = StepWriter(program, shared)
    for param in program.params:
        writer.registers.new(param.value)
    steps, _ = writer.block(program.body)
    return steps, writer.registers


class StepWriter:
    """Writes the steps of one program."""

    def __init__(self, program: Program, shared: Shared) -> None:
        self._program = program.name
        self._shared = shared
        self._table = shared.table
        self.registers = Registers(Uses.of(program))
        self._nodes: dict[Value, int] = {}
        self._names: dict[Value, str] = {}
        self._lifetimes = Lifetimes(program.params, program.body)
        self._writers: dict[type, Callable[..., list[p.Step]]] = {
            Root: self._root, Text: self._text, Insert: self._insert, Turn: self._turn,
            Image: self._image, Gen: self._gen, Select: self._select, Unordered: self._unordered,
            Prefetch: self._prefetch, Retain: self._retain, Release: self._release,
            Collect: self._collect, If: self._if, For: self._for, While: self._while,
            Fork: self._fork, Host: self._host, Call: self._call,
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
        self._place(pure.result, self._nodes_of(operands(op)))
        if isinstance(op, GetField):
            self._names[op.result] = f"{self._name(op.record)}.{op.name}"
        return self.registers.evaluate(pure)

    def _body(self, block: Block) -> p.Body:
        args = [self.registers.new(arg) for arg in block.args]
        steps, yields = self.block(block)
        return p.Body(args, steps, yields)

    def _name(self, operand: Operand) -> str:
        """What the prefix table calls a value."""
        if isinstance(operand, Const):
            is_scalar = not isinstance(operand.value, list | dict)
            return text_form(operand.value) if is_scalar else "constant"
        return self._names.get(operand) or operand.hint or "value"

    # --- prompts and their nodes --------------------------------------------------------------

    def _nodes_of(self, many: Iterable[Operand]) -> list[int]:
        return [self._nodes[v] for v in many if isinstance(v, Value) and v in self._nodes]

    def _place(self, value: Value, nodes: list[int]) -> None:
        """A value that comes from one of several prompts stands where they meet."""
        node = self._table.join(nodes) if holds_prompt(value.type) else None
        if node is not None:
            self._nodes[value] = node

    def _append(self, result: Value, node: int) -> tuple[int, int]:
        self._nodes[result] = node
        return self.registers.new(result), node

    def _node(self, prompt: Operand) -> int:
        return self._nodes[prompt] if isinstance(prompt, Value) else self._table.root(True)

    def _root(self, op: Root) -> list[p.Step]:
        out, node = self._append(op.result, self._table.root(op.bos))
        return [p.RootStep(out, op.bos, node)]

    def _text(self, op: Text) -> list[p.Step]:
        prompt = self.registers.operand(op.prompt)
        node = self._table.text(self._node(op.prompt), op.text, op.plain, source_span(op.span))
        out, _ = self._append(op.result, node)
        return [p.TextStep(out, prompt, op.text, node, op.plain, [_mark(m) for m in op.marks])]

    def _insert(self, op: Insert) -> list[p.Step]:
        prompt, value = self.registers.operands((op.prompt, op.value))
        node = self._table.hole(
            "insert",
            self._node(op.prompt),
            op.value if isinstance(op.value, Value) else json.dumps(op.value.value),
            text="{" + self._name(op.value) + "}",
            lifetime=self._lifetimes.of(op.value),
            span=source_span(op.span),
        )
        out, _ = self._append(op.result, node)
        return [p.InsertStep(out, prompt, value, node)]

    def _turn(self, op: Turn) -> list[p.Step]:
        prompt = self.registers.operand(op.prompt)
        tools = self.registers.operand(op.tools) if op.tools is not None else None
        what = (op.role, op.edge)
        node = self._table.hole(
            "turn", self._node(op.prompt), what, text=op.role, span=source_span(op.span)
        )
        out, _ = self._append(op.result, node)
        return [p.TurnStep(out, prompt, op.role, op.edge, node, tools)]

    def _image(self, op: Image) -> list[p.Step]:
        prompt, image = self.registers.operands((op.prompt, op.image))
        life = self._lifetimes.of(op.image)
        node = self._table.hole("image", self._node(op.prompt), op.image, lifetime=life)
        out, _ = self._append(op.result, node)
        return [p.ImageStep(out, prompt, image, node)]

    def _unordered(self, op: Unordered) -> list[p.Step]:
        """Sections as they stand: each runs in place on the prompt of the one before."""
        if op.batch is not None:
            return self._sections(op, op.batch)
        steps: list[p.Step] = []
        current: Operand = op.prompt
        for section in op.sections:
            self.registers.alias(section.args[0], current)
            self._nodes[section.args[0]] = self._node(current)
            inner, _ = self.block_in_place(section)
            steps += inner
            current = section.ops[-1].values[0]  # type: ignore[union-attr]
        self.registers.alias(op.result, current)
        self._nodes[op.result] = self._node(current)
        return steps

    def _sections(self, op: Unordered, batch: int) -> list[p.Step]:
        """Sections that a batch may order; in the table they follow each other as they stand."""
        prompt = self.registers.operand(op.prompt)
        before = self.registers.flush()
        start = node = self._node(op.prompt)
        bodies: list[p.Body] = []
        for section in op.sections:
            self._nodes[section.args[0]] = node
            bodies.append(self._body(section))
            node = self._node(_yielded(section)[0])
        self._table.set_free(start, node)
        out, _ = self._append(op.result, node)
        return [*before, p.SectionsStep(out, prompt, bodies, batch, node)]

    def block_in_place(self, block: Block) -> tuple[list[p.Step], None]:
        """The steps of a block whose values stay visible behind it."""
        steps = [step for op in block.ops[:-1] for step in self._op(op)]
        return [*steps, *self.registers.flush()], None

    # --- calls --------------------------------------------------------------------------------

    def _gen(self, op: Gen) -> list[p.Step]:
        prompt = self.registers.operand(op.source)
        indices = self.registers.operands(op.indices)
        dynamic = [(name, self.registers.operand(value)) for name, value in op.dynamic]
        before = self.registers.flush()
        node = self._node(op.source)
        families = self._shared.families
        out_node = self._table.hole(
            "gen", node, families.next_id, text=op.name, span=source_span(op.span)
        )
        family = families.gen(op, self._program, node, out_node)
        step = p.GenStep(
            family,
            prompt,
            out_value=self.registers.new(op.value),
            out_prompt=self._maybe(op.prompt, out_node),
            out_samples=self._maybe(op.samples, out_node),
            indices=indices,
            dynamic=dynamic,
            speculative=op.speculative,
        )
        return [*before, step]

    def _maybe(self, value: Value | None, node: int) -> int | None:
        return None if value is None else self._append(value, node)[0]

    def _select(self, op: Select) -> list[p.Step]:
        prompt, choices = self.registers.operands((op.source, op.choices))
        indices = self.registers.operands(op.indices)
        before = self.registers.flush()
        node = self._node(op.source)
        families = self._shared.families
        what = families.next_id
        out_node = self._table.hole("select", node, what, text=op.name, span=source_span(op.span))
        family = families.select(op, self._program, node, out_node)
        out_value = self.registers.new(op.value)
        out_prompt, _ = self._append(op.prompt, out_node)
        step = p.SelectStep(family, prompt, choices, out_value, out_prompt, indices, op.speculative)
        return [*before, step]

    def _prefetch(self, op: Prefetch) -> list[p.Step]:
        prompt = self.registers.operand(op.prompt)
        return [
            *self.registers.flush(),
            p.PrefetchStep(prompt, op.speculative, self._node(op.prompt)),
        ]

    def _retain(self, op: Retain) -> list[p.Step]:
        return [p.RetainStep(self.registers.operand(op.prompt), op.next_use, op.pin)]

    def _release(self, op: Release) -> list[p.Step]:
        return [p.ReleaseStep(self.registers.operand(op.prompt))]

    def _host(self, op: Host) -> list[p.Step]:
        args = self.registers.operands(op.args)
        before = self.registers.flush()
        out = self.registers.new(op.result)
        return [*before, p.HostStep(out, op.extern, args, op.pure, source_span(op.span))]

    def _call(self, op: Call) -> list[p.Step]:
        args = self.registers.operands(op.args)
        indices = self.registers.operands(op.indices)
        before = self.registers.flush()
        out = self.registers.new(op.result)
        return [*before, p.CallStep(out, op.program, args, op.site, indices)]

    # --- control ------------------------------------------------------------------------------

    def _collect(self, op: Collect) -> list[p.Step]:
        items = self.registers.operand(op.items)
        before = self.registers.flush()
        nodes = self._nodes_of((op.items,))
        for arg in op.body.args:
            self._place(arg, nodes)
        body = self._body(op.body)
        self._place(op.result, self._nodes_of(_yielded(op.body)[:1]))
        return [*before, p.CollectStep(self.registers.new(op.result), items, body)]

    def _if(self, op: If) -> list[p.Step]:
        cond = self.registers.operand(op.cond)
        before = self.registers.flush()
        then, orelse = self._body(op.then), self._body(op.orelse)
        for at, result in enumerate(op.results):
            self._place(result, self._nodes_of((_yielded(op.then)[at], _yielded(op.orelse)[at])))
        outs = [self.registers.new(result) for result in op.results]
        return [*before, p.IfStep(outs, cond, then, orelse)]

    def _for(self, op: For) -> list[p.Step]:
        items = self.registers.operand(op.items)
        inits = self.registers.operands(op.inits)
        before = self.registers.flush()
        self._place(op.body.args[1], self._nodes_of((op.items,)))
        heads = self._open(op.inits, op.body.args[2:], _count_of(op.items), op.span)
        body = self._body(op.body)
        met = self._close(heads, body, op)
        outs = [self.registers.new(result) for result in op.results]
        return [*before, p.ForStep(outs, items, inits, body, met)]

    def _while(self, op: While) -> list[p.Step]:
        inits = self.registers.operands(op.inits)
        limit = self.registers.operand(op.limit)
        before = self.registers.flush()
        heads = self._open(op.inits, op.body.args[1:], "turns", op.span)
        for arg, head in zip(op.cond.args, heads, strict=True):
            if head is not None:
                self._nodes[arg] = head
        cond, body = self._body(op.cond), self._body(op.body)
        met = self._close(heads, body, op)
        outs = [self.registers.new(result) for result in op.results]
        return [*before, p.WhileStep(outs, inits, cond, body, limit, met)]

    def _open(
        self, inits: tuple[Operand, ...], args: tuple[Value, ...], times: str, span: Span | None
    ) -> list[int | None]:
        """The loop heads of the carried prompts (None for other values)."""
        heads: list[int | None] = []
        for init, arg in zip(inits, args, strict=True):
            nodes = self._nodes_of((init,)) if holds_prompt(arg.type) else []
            heads.append(self._table.loop(nodes[0], times, source_span(span)) if nodes else None)
            if nodes:
                self._nodes[arg] = heads[-1]  # type: ignore[assignment]
        return heads

    def _close(self, heads: list[int | None], body: p.Body, op: For | While) -> list[int]:
        """Say where the body ends; the heads that the loop has."""
        for head, end, result in zip(heads, _yielded(op.body), op.results, strict=True):
            for node in self._nodes_of((end,)):
                if head is None:
                    self._nodes[result] = node
                else:
                    self._table.close_loop(head, node)
            if head is not None:
                self._nodes[result] = head
        met = [head for head in heads if head is not None]
        return met

    def _fork(self, op: Fork) -> list[p.Step]:
        items = self.registers.operand(op.items) if op.items is not None else None
        before = self.registers.flush()
        if op.items is not None:
            self._place(op.bodies[0].args[1], self._nodes_of((op.items,)))
        outer = [v for v in self._shared.facts.reads(op) if v.type == PROMPT and v in self._nodes]
        bodies = [self._body(body) for body in op.bodies]
        ends = [end for body in op.bodies for end in _yielded(body)]
        for end, result in zip(ends, op.results, strict=True):
            self._place(result, self._nodes_of((end,)))
        outs = [self.registers.new(result) for result in op.results]
        group, prompt = self._group(bodies, outer)
        return [*before, p.ForkStep(outs, items, bodies, group, prompt)]

    def _group(self, bodies: list[p.Body], outer: list[Value]) -> tuple[int | None, p.Expr | None]:
        by_node = {self._nodes[v]: v for v in outer}
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


def _mark(mark: Mark) -> p.MarkSpan:
    return p.MarkSpan(mark.start, mark.end, mark.role, mark.edge)
