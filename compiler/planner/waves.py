"""Waves: calls that can run together, numbered by when they start; and the chain that nothing can shorten.

A wave counts the calls that must have answered before; the arms of a fork and the steps of a bundle start
at once, the body of a loop is counted as one iteration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ...runtime.plan import schema as p


class Chain(NamedTuple):
    """The longest chain of calls that have answered when something starts, the last one first."""

    length: int = 0
    family: int = -1
    before: Chain | None = None


def with_waves(programs: Sequence[p.PlanProgram], families: list[p.Family]) -> list[p.Family]:
    """The families with the wave in which each starts, counted from its own program's first."""
    found = _Waves()
    for program in programs:
        found.after(program.steps, Chain())
    return [msgspec.structs.replace(f, wave=found.waves.get(f.id, 0)) for f in families]


def critical_path(programs: Sequence[p.PlanProgram]) -> list[int]:
    """The families of the longest chain of calls that wait for each other."""
    chain = _longest([_Waves().after(program.steps, Chain()) for program in programs])
    families: list[int] = []
    while chain is not None and chain.length:
        families.append(chain.family)
        chain = chain.before
    return families[::-1]


class _Waves:
    """The wave of each family; one with several steps starts as late as the last of them."""

    def __init__(self) -> None:
        self.waves: dict[int, int] = {}

    def after(self, steps: Sequence[p.Step], ready: Chain) -> Chain:
        """The chain behind steps that start when `ready` has answered."""
        for step in steps:
            ready = self._step(step, ready)
        return ready

    def _step(self, step: p.Step, ready: Chain) -> Chain:
        match step:
            case p.GenStep(family=family) | p.SelectStep(family=family):
                self.waves[family] = max(self.waves.get(family, 0), ready.length)
                return Chain(ready.length + 1, family, ready)
            case p.TogetherStep(steps=members):
                return self._side_by_side([[member] for member in members], ready)
            case p.IfStep(then=then, orelse=orelse):
                return self._side_by_side([then.steps, orelse.steps], ready)
            case p.ForkStep(bodies=bodies):
                return self._side_by_side([body.steps for body in bodies], ready)
            case p.ForStep(body=body):
                return self.after(body.steps, ready)
            case p.WhileStep(cond=cond, body=body):
                return self.after([*cond.steps, *body.steps], ready)
            case _:
                return ready

    def _side_by_side(self, lanes: Sequence[Sequence[p.Step]], ready: Chain) -> Chain:
        return _longest([self.after(lane, ready) for lane in lanes] or [ready])


def _longest(chains: Sequence[Chain]) -> Chain:
    """The longest chain, the first among equals."""
    return max(chains, key=lambda chain: chain.length, default=Chain())
