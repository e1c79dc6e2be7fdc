"""The steps that leave the program: calls of the model, hints to its cache, host functions, other programs."""

from __future__ import annotations

from ...ir.ops import Call, Gen, Host, Prefetch, Release, Retain, Select, Value
from ...runtime.plan import schema as p
from .append_steps import AppendSteps
from .families import Families
from .places import Places
from .registers import Registers
from .spans import source_span


class CallSteps:
    """Writes calls of one program; each call of a model is a family of its own."""

    def __init__(
        self,
        program: str,
        families: Families,
        registers: Registers,
        places: Places,
        appends: AppendSteps,
    ) -> None:
        self._program, self._families = program, families
        self._registers, self._places, self._appends = registers, places, appends

    def gen(self, op: Gen) -> list[p.Step]:
        """A continuation, or several."""
        prompt = self._registers.operand(op.source)
        indices = self._registers.operands(op.indices)
        dynamic = [(name, self._registers.operand(value)) for name, value in op.dynamic]
        before = self._registers.flush()
        node, out_node = self._nodes("gen", op)
        family = self._families.gen(op, self._program, node, out_node)
        step = p.GenStep(
            family,
            prompt,
            out_value=self._registers.new(op.value),
            out_prompt=self._maybe(op.prompt, out_node),
            out_samples=self._maybe(op.samples, out_node),
            indices=indices,
            dynamic=dynamic,
            speculative=op.speculative,
        )
        return [*before, step]

    def select(self, op: Select) -> list[p.Step]:
        """A choice."""
        prompt, choices = self._registers.operands((op.source, op.choices))
        indices = self._registers.operands(op.indices)
        before = self._registers.flush()
        node, out_node = self._nodes("select", op)
        family = self._families.select(op, self._program, node, out_node)
        out_value = self._registers.new(op.value)
        out_prompt = self._appends.bind(op.prompt, out_node)
        step = p.SelectStep(family, prompt, choices, out_value, out_prompt, indices, op.speculative)
        return [*before, step]

    def prefetch(self, op: Prefetch) -> list[p.Step]:
        """A prompt that is warmed."""
        prompt = self._registers.operand(op.prompt)
        step = p.PrefetchStep(prompt, op.speculative, self._places.of(op.prompt))
        return [*self._registers.flush(), step]

    def retain(self, op: Retain) -> list[p.Step]:
        """A prompt that is used again."""
        return [p.RetainStep(self._registers.operand(op.prompt), op.next_use, op.pin)]

    def release(self, op: Release) -> list[p.Step]:
        """A prompt that is not."""
        return [p.ReleaseStep(self._registers.operand(op.prompt))]

    def host(self, op: Host) -> list[p.Step]:
        """A host function."""
        args = self._registers.operands(op.args)
        before = self._registers.flush()
        out = self._registers.new(op.result)
        return [*before, p.HostStep(out, op.extern, args, op.pure, source_span(op.span))]

    def call(self, op: Call) -> list[p.Step]:
        """Another program."""
        args = self._registers.operands(op.args)
        indices = self._registers.operands(op.indices)
        before = self._registers.flush()
        out = self._registers.new(op.result)
        return [*before, p.CallStep(out, op.program, args, op.site, indices)]

    def _nodes(self, kind: str, op: Gen | Select) -> tuple[int, int]:
        """Where a call's prompt stands, and where its result does."""
        node, number = self._places.of(op.source), self._families.next_id
        span = source_span(op.span)
        hole = "gen" if kind == "gen" else "select"
        return node, self._places.table.hole(hole, node, number, text=op.name, span=span)

    def _maybe(self, value: Value | None, node: int) -> int | None:
        return None if value is None else self._appends.bind(value, node)
