"""Waves: calls that can run together, numbered by when they start; and the chain that nothing can shorten.

A wave counts the calls that must have answered before; the arms of a fork and the steps of a bundle start
at once, the body of a loop is counted as one iteration.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import networkx as nx

from ...runtime.plan import schema as p


def with_waves(programs: Sequence[p.PlanProgram], families: list[p.Family]) -> list[p.Family]:
    """The families with the wave in which each starts, counted from its own program's first."""
    graph = call_graph(programs)
    waves = {f: wave for wave, many in enumerate(nx.topological_generations(graph)) for f in many}
    return [msgspec.structs.replace(f, wave=waves.get(f.id, 0)) for f in families]


def critical_path(programs: Sequence[p.PlanProgram]) -> list[int]:
    """The families of the longest chain of calls that wait for each other."""
    return nx.dag_longest_path(call_graph(programs))


def call_graph(programs: Sequence[p.PlanProgram]) -> nx.DiGraph:
    """Families, with an edge where one starts when the other has answered. Loops are one iteration."""
    graph = nx.DiGraph()
    for program in programs:
        _chain(graph, program.steps, [])
    return graph


def _chain(graph: nx.DiGraph, steps: Sequence[p.Step], ready: list[int]) -> list[int]:
    """Add the calls of steps that start when `ready` have answered; the calls that answer last."""
    for step in steps:
        ready = _step(graph, step, ready)
    return ready


def _step(graph: nx.DiGraph, step: p.Step, ready: list[int]) -> list[int]:
    match step:
        case p.GenStep(family=family) | p.SelectStep(family=family):
            graph.add_node(family)
            graph.add_edges_from((before, family) for before in ready)
            return [family]
        case p.TogetherStep(steps=members):
            return _side_by_side(graph, [[member] for member in members], ready)
        case p.IfStep(then=then, orelse=orelse):
            return _side_by_side(graph, [then.steps, orelse.steps], ready)
        case p.ForkStep(bodies=bodies):
            return _side_by_side(graph, [body.steps for body in bodies], ready)
        case p.ForStep(body=body):
            return _chain(graph, body.steps, ready)
        case p.WhileStep(cond=cond, body=body):
            return _chain(graph, [*cond.steps, *body.steps], ready)
        case _:
            return ready


def _side_by_side(
    graph: nx.DiGraph, lanes: Sequence[Sequence[p.Step]], ready: list[int]
) -> list[int]:
    ends = [end for lane in lanes for end in _chain(graph, lane, ready)]
    return _latest(ends) if ends else ready


def _latest(ends: list[int]) -> list[int]:
    """Each end once, in order."""
    return list(dict.fromkeys(ends))
