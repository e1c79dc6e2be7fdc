"""How often each prefix node of a plan is read: how many later calls are expected to find the prefix that ends there.

Read off the predictions: a call's cached prefix ends at a node, so whoever asked through that node before it wrote
what it reads. Calls in loops and in the arms of a list are several; how many, nobody knows before the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from . import schema as p
from .walking import walk

SEVERAL = 4
"""What a call counts for that is made again and again."""


@dataclass(frozen=True, slots=True)
class Readers:
    """How many calls find the prefix that ends at a node; `is_static`: it is the same in every run."""

    count: int
    is_static: bool = False


def readers_of(plan: p.Plan) -> dict[int, Readers]:
    """The nodes that later calls of a run, or later runs, are expected to read."""
    repeated = frozenset(_repeated(plan))
    nodes = {node.id: node for node in plan.nodes}
    counts: Counter[int] = Counter()
    for family in plan.families:
        for node in family.expected or family.cached_at:
            counts[node] += SEVERAL if family.id in repeated else 1
    for (
        group
    ) in plan.groups:  # the first of its calls reads what the prefix of them all goes on from
        counts.update(group.expected)
    counts = _at_prompts(counts, nodes)
    static = _static(plan)
    shared = frozenset(_heads(plan, nodes, static))
    return {
        node: Readers(counts[node] + (node in shared), node in static)
        for node in {*counts, *shared}
    }


def _repeated(plan: p.Plan) -> Iterator[int]:
    """The families whose calls are made again and again: in loops, and in the arms of a list."""
    for program in plan.programs:
        for part in walk(program.steps):
            match part:
                case p.ForStep(body=body) | p.WhileStep(body=body):
                    yield from _asked(body.steps)
                case p.ForkStep(items=items, bodies=bodies) if items is not None:
                    yield from _asked(bodies[0].steps)
                case _:
                    pass


def _asked(steps: Iterable[p.Step]) -> Iterator[int]:
    for part in walk(list(steps)):
        if isinstance(part, p.GenStep | p.SelectStep):
            yield part.family


def _static(plan: p.Plan) -> frozenset[int]:
    """The nodes whose whole path is literal."""
    found: set[int] = set()
    for node in plan.nodes:
        if node.kind == "root" or (node.kind == "text" and found.issuperset(node.parents)):
            found.add(node.id)
    return frozenset(found)


def _at_prompts(counts: Counter[int], nodes: Mapping[int, p.PrefixNode]) -> Counter[int]:
    """The counts at what was asked: a service has not written what it said itself, until it is asked with it."""
    found: Counter[int] = Counter()
    for end, count in counts.items():
        if end in nodes:
            node = nodes[end]
            is_answer = node.kind in ("gen", "select") and node.parents
            found[node.parents[0] if is_answer else end] += count
    return found


def _heads(plan: p.Plan, nodes: dict[int, p.PrefixNode], static: frozenset[int]) -> Iterator[int]:
    """The ends of the static heads of calls: every run, and every row, begins with them."""
    seen: set[int] = set()
    stack = [family.node for family in plan.families]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in static:
            yield node
        else:
            stack += nodes[node].parents
