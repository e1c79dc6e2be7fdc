"""Families: one per call site of the IR, numbered in plan order."""

from __future__ import annotations

from dataclasses import asdict

from ...ir.ops import Gen, Select
from ...ir.sampling import Sampling
from ...ir.types import ListType, Type
from ...runtime.plan.schema import Family
from .spans import source_span

_DEFAULTS = asdict(Sampling())


class Families:
    """The families of a module while its steps are written; predictions and waves come later."""

    def __init__(self) -> None:
        self.all: list[Family] = []

    @property
    def next_id(self) -> int:
        """The number that the next family gets."""
        return len(self.all)

    def gen(self, op: Gen, program: str, node: int, out_node: int) -> int:
        """Add the calls of a gen."""
        constraint = op.constraint
        return self._add(
            Family(
                id=self.next_id,
                program=program,
                site=op.site,
                kind="gen",
                node=node,
                out_node=out_node,
                cached_at=[],
                name=op.name,
                sampling=_given(op.sampling),
                constraint=(constraint.kind, constraint.text, constraint.style)
                if constraint
                else None,
                value_type=str(_value_type(op)),
                span=source_span(op.span),
            )
        )

    def select(self, op: Select, program: str, node: int, out_node: int) -> int:
        """Add the calls of a select."""
        return self._add(
            Family(
                id=self.next_id,
                program=program,
                site=op.site,
                kind="select",
                node=node,
                out_node=out_node,
                cached_at=[],
                name=op.name,
                method=op.method,
                value_type=str(op.value.type),
                span=source_span(op.span),
            )
        )

    def _add(self, family: Family) -> int:
        self.all.append(family)
        return family.id


def _given(sampling: Sampling) -> dict[str, object]:
    """The parameters that differ from their defaults, as JSON has them."""
    held = {name: getattr(sampling, name) for name in _DEFAULTS}
    given = {k: v for k, v in held.items() if v != _DEFAULTS[k]}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in given.items()}


def _value_type(op: Gen) -> Type:
    """The type of one answer."""
    kind = op.value.type
    return kind.item if op.sampling.n is not None and isinstance(kind, ListType) else kind
