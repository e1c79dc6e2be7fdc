"""The order in which a block's ops run: independent calls of one stretch start together.

A stretch is what stands between two ops with host effects, which nothing crosses. Inside it the
dependence graph is cut into generations: an op's generation is the number of calls that must have
answered before it, and the calls of one generation run at once. A host function that needs none of the
last calls before it runs beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import networkx as nx

from ...ir.ops import Block, Effect, Host, Op, Prefetch, Release, Value
from ...ir.structure import operands, regions, results
from .effects import ModuleEffects

Bundle = tuple[Op, ...]
"""Ops that run at once; most bundles are one op."""


def in_order(ops: Iterable[Op]) -> Iterator[Bundle]:
    """Every op by itself, as written (-O0)."""
    return ((op,) for op in ops)


def schedule(ops: tuple[Op, ...], effects: ModuleEffects) -> Iterator[Bundle]:
    """The bundles of a block, in the order in which they start."""
    stretch: list[Op] = []
    for op in ops:
        if effects.of(op) & Effect.HOST:
            yield from _beside_last_calls(op, list(_stretch(stretch, effects)), effects)
            stretch = []
        else:
            stretch.append(op)
    yield from _stretch(stretch, effects)


def _beside_last_calls(op: Op, bundles: list[Bundle], effects: ModuleEffects) -> list[Bundle]:
    """A stretch and the op with host effects that ends it, which joins the last calls where it can."""
    last = max((i for i, b in enumerate(bundles) if _is_call(b[0], effects)), default=None)
    if last is None or not isinstance(op, Host):
        return [*bundles, (op,)]
    made = {value for bundle in bundles[last:] for each in bundle for value in results(each)}
    if free_values(op) & made:
        return [*bundles, (op,)]
    return [*bundles[:last], (*bundles[last], op), *bundles[last + 1 :]]


def dependences(ops: list[Op], effects: ModuleEffects) -> nx.DiGraph:
    """Which op needs which: operands, and the place of hints among the calls."""
    graph = nx.DiGraph()
    made: dict[Value, int] = {}
    last_hint = None
    calls: list[int] = []
    for at, op in enumerate(ops):
        graph.add_node(at, call=_is_call(op, effects))
        graph.add_edges_from((made[v], at) for v in free_values(op) if v in made)
        if isinstance(op, Release):
            graph.add_edges_from((call, at) for call in calls)
        if graph.nodes[at]["call"]:
            if last_hint is not None:
                graph.add_edge(last_hint, at)
            calls.append(at)
        if isinstance(op, Prefetch):
            last_hint = at
        made.update((v, at) for v in results(op))
    return graph


def free_values(op: Op) -> set[Value]:
    """The values from outside that an op uses, those used inside its regions included."""
    used = {v for v in operands(op) if isinstance(v, Value)}
    for region in regions(op):
        used |= _free_in_block(region)
    return used


def _free_in_block(block: Block) -> set[Value]:
    used: set[Value] = set()
    made = set(block.args)
    for op in block.ops:
        used |= free_values(op) - made
        made.update(results(op))
    return used


def _is_call(op: Op, effects: ModuleEffects) -> bool:
    return isinstance(op, Host) or bool(effects.of(op) & Effect.MODEL)


def _stretch(ops: list[Op], effects: ModuleEffects) -> Iterator[Bundle]:
    graph = dependences(ops, effects)
    calls: dict[int, bool] = dict(graph.nodes(data="call"))
    generation: dict[int, int] = {}
    for at in nx.topological_sort(graph):
        before = (generation[p] + calls[p] for p in graph.predecessors(at))
        generation[at] = max(before, default=0)
    members: dict[int, list[int]] = {}
    for at in range(len(ops)):
        members.setdefault(generation[at], []).append(at)
    for number in sorted(members):
        yield from ((ops[at],) for at in members[number] if not calls[at])
        together = tuple(ops[at] for at in members[number] if calls[at])
        if together:
            yield together
