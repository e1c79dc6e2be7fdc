"""The steps that make a prompt from a prompt, each with its node in the prefix table."""

from __future__ import annotations

import json

from ...ir.ops import (
    Echo,
    Image,
    Insert,
    Mark,
    Root,
    Text,
    Turn,
    Value,
)
from ...runtime.plan import schema as p
from .places import Places
from .registers import Registers
from .spans import source_span


class AppendSteps:
    """Writes appends."""

    def __init__(self, registers: Registers, places: Places) -> None:
        self._registers, self._places, self._table = registers, places, places.table

    def bind(self, result: Value, node: int) -> int:
        """Place a new prompt; its register."""
        self._places.put(result, node)
        return self._registers.new(result)

    def root(self, op: Root) -> list[p.Step]:
        """An empty prompt."""
        node = self._table.root(op.bos)
        return [p.RootStep(self.bind(op.result, node), op.bos, node)]

    def text(self, op: Text) -> list[p.Step]:
        """A literal."""
        prompt = self._registers.operand(op.prompt)
        parent = self._places.of(op.prompt)
        node = self._table.text(parent, op.text, op.plain, source_span(op.span))
        out, marks = self.bind(op.result, node), [_mark(mark) for mark in op.marks]
        return [p.TextStep(out, prompt, op.text, node, op.plain, marks)]

    def insert(self, op: Insert) -> list[p.Step]:
        """A value."""
        prompt, value = self._registers.operands((op.prompt, op.value))
        span = source_span(op.span)
        node = self._table.hole(
            "insert",
            self._places.of(op.prompt),
            op.value if isinstance(op.value, Value) else json.dumps(op.value.value),
            text="{" + self._places.name_of(op.value) + "}",
            lifetime=self._places.lifetimes.of(op.value),
            span=span,
        )
        return [p.InsertStep(self.bind(op.result, node), prompt, value, node, span)]

    def turn(self, op: Turn) -> list[p.Step]:
        """The edge of a turn that is rendered at run time."""
        prompt = self._registers.operand(op.prompt)
        tools = self._registers.operand(op.tools) if op.tools is not None else None
        parent, what = self._places.of(op.prompt), (op.role, op.edge)
        node = self._table.hole("turn", parent, what, text=op.role, span=source_span(op.span))
        return [p.TurnStep(self.bind(op.result, node), prompt, op.role, op.edge, node, tools)]

    def echo(self, op: Echo) -> list[p.Step]:
        """What one prompt has behind another: at run time that prompt itself, or a text of its own."""
        prompt, before, after = self._registers.operands((op.prompt, op.before, op.after))
        parent, said = self._places.of(op.prompt), self._places.of(op.after)
        what = ("echo", self._places.of(op.before), said, op.left, op.right)
        name = self._table[said].text if self._table[said].kind in ("gen", "select") else "again"
        span = source_span(op.span)
        again = self._table.hole("insert", parent, what, text=f"{{{name}}}", span=span)
        node = again if op.apart else self._table.join((said, again))
        out = self.bind(op.result, again if node is None else node)
        return [p.EchoStep(out, prompt, before, after, again, op.left, op.right)]

    def image(self, op: Image) -> list[p.Step]:
        """An image."""
        prompt, image = self._registers.operands((op.prompt, op.image))
        life = self._places.lifetimes.of(op.image)
        node = self._table.hole("image", self._places.of(op.prompt), op.image, lifetime=life)
        return [p.ImageStep(self.bind(op.result, node), prompt, image, node, source_span(op.span))]


def _mark(mark: Mark) -> p.MarkSpan:
    tools = json.loads(mark.tools) if mark.tools else None
    return p.MarkSpan(mark.start, mark.end, mark.role, mark.edge, tools)
