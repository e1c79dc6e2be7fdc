"""Where every call and append of a plan stands, in each context that its program is called from."""

from __future__ import annotations

import networkx as nx

from ....runtime.plan import schema as p
from .dependence import Walk
from .names import ForkNames
from .plan_facts import PlanFacts
from .spots import Context, Spot

MOST_CONTEXTS = 64
"""A program that is called from more places is counted in the first of them."""


class Spread:
    """The spots of a plan's families and prefix nodes, from the program that `run` starts."""

    def __init__(self, plan: p.Plan, forks: ForkNames | None = None) -> None:
        self.facts = PlanFacts(plan, forks or ForkNames(plan, None))
        self.calls: dict[int, list[Spot]] = {}
        self.nodes: dict[int, list[Spot]] = {}
        programs = {q.name: q for q in plan.programs}
        contexts: dict[str, list[Context]] = {name: [] for name in programs}
        for name in nx.topological_sort(self.facts.graph):
            own = contexts[name] or [_alone(programs[name])]
            for number, context in enumerate(own):
                for program, place in self._found(
                    Walk(self.facts, programs[name], context, number)
                ):
                    if len(contexts[program]) < MOST_CONTEXTS:
                        contexts[program].append(place)

    def _found(self, walk: Walk) -> list[tuple[str, Context]]:
        """Keep the spots of a walk; the programs that it calls, and where."""
        walk.run()
        for family, spot in walk.calls:
            self.calls.setdefault(family, []).append(spot)
        for node, spot in walk.nodes:
            self.nodes.setdefault(node, []).append(spot)
        return walk.called


def _alone(program: p.PlanProgram) -> Context:
    """A program that nobody calls: its parameters stay as long as their lifetimes say."""
    return Context((), tuple(frozenset({q.lifetime}) - {"const"} for q in program.parameters))
