"""When calls run: waves of calls that can run together, and the longest chain, through programs that call programs.

A wave counts the calls that must have answered before. The arms of a fork and the steps of a bundle start at once, the
body of a loop counts as one round, and a program that is called stands where it is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx

from ....runtime.plan import schema as p
from .plan_facts import call_graph

MOST_WAVES = 500
"""Later waves are not told apart: programs that call each other may come to more than anyone reads."""

Started = frozenset[tuple[int, int]]
"""Waves and the families that start in them."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What steps come to: the families by wave, counted from the steps' begin, and the longest chain."""

    started: Started = frozenset()
    chain: tuple[int, ...] = ()

    def then(self, other: Flow) -> Flow:
        """This, and after it has ended the other."""
        first = len(self.chain)
        later = {(min(first + wave, MOST_WAVES), family) for wave, family in other.started}
        return Flow(self.started | later, (*self.chain, *other.chain)[: MOST_WAVES + 1])

    def beside(self, other: Flow) -> Flow:
        """This and the other, started at once."""
        longer = self.chain if len(self.chain) >= len(other.chain) else other.chain
        return Flow(self.started | other.started, longer)


def flow(plan: p.Plan) -> Flow:
    """The flow of the program that `run` starts, and from 0 again that of those which it doesn't call."""
    graph = call_graph(plan)
    programs = {q.name: q for q in plan.programs}
    known: dict[str, Flow] = {}
    for name in reversed(list(nx.topological_sort(graph))):
        known[name] = _steps(programs[name].steps, known) if name in programs else Flow()
    reached = {plan.entry, *nx.descendants(graph, plan.entry)}
    found = known[plan.entry]
    for name in programs:
        if name not in reached:
            found = Flow(found.started | known[name].started, found.chain)
    return found


def waves(found: Flow) -> list[list[int]]:
    """The families of each wave; one that is called in several places stands in several."""
    by_wave: dict[int, list[int]] = {}
    for wave, family in sorted(found.started):
        by_wave.setdefault(wave, []).append(family)
    return [by_wave[wave] for wave in sorted(by_wave)]


def first_waves(found: Flow) -> dict[int, int]:
    """The wave in which each family is asked first."""
    return {family: wave for wave, family in sorted(found.started, reverse=True)}


def _steps(steps: Sequence[p.Step], known: dict[str, Flow]) -> Flow:
    found = Flow()
    for step in steps:
        found = found.then(_step(step, known))
    return found


def _step(step: p.Step, known: dict[str, Flow]) -> Flow:
    match step:
        case p.GenStep(family=family) | p.SelectStep(family=family):
            return Flow(frozenset({(0, family)}), (family,))
        case p.CallStep(program=program):
            return known.get(program, Flow())
        case p.TogetherStep(steps=members):
            return _beside([[member] for member in members], known)
        case p.IfStep(then=then, orelse=orelse):
            return _beside([then.steps, orelse.steps], known)
        case p.ForkStep(bodies=bodies):
            return _beside([body.steps for body in bodies], known)
        case p.ForStep(body=body):
            return _steps(body.steps, known)
        case p.WhileStep(cond=cond, body=body):
            return _steps([*cond.steps, *body.steps], known)
        case _:
            return Flow()


def _beside(lanes: Sequence[Sequence[p.Step]], known: dict[str, Flow]) -> Flow:
    found = Flow()
    for lane in lanes:
        found = found.beside(_steps(lane, known))
    return found
