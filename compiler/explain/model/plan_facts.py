"""What a plan says of its loops, forks and calls: how often, how many, and whose results may vary."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx

from ....ir.sampling import Sampling
from ....ir.values.numerals import whole
from ....runtime.plan import schema as p
from ....runtime.plan.walking import walk
from ..report import Factor
from .lengths import iteration
from .names import ForkNames, parameters


class PlanFacts:
    """What is known of one plan before anything runs. `reached`: the programs that `run` comes to."""

    def __init__(self, plan: p.Plan, forks: ForkNames) -> None:
        self.table = {node.id: node for node in plan.nodes}
        self.families = {family.id: family for family in plan.families}
        self.graph = call_graph(plan)
        self.reached = {plan.entry, *nx.descendants(self.graph, plan.entry)}
        self._forks, self._names = forks, parameters(plan)
        self._asking = _asking(plan, self.graph, self.families)

    def asks(self, program: str) -> bool:
        """Whether a program's result may be another in every run on equal arguments."""
        return program in self._asking

    def arms(self, program: str, step: p.ForkStep) -> Factor | None:
        """How many arms a fork over items has."""
        if step.items is None:
            return None
        if isinstance(step.items, p.Lit) and isinstance(step.items.value, list):
            return Factor("arms", len(step.items.value))
        return Factor("arms", self._forks.of(program, step) or self.many(program, step.items))

    def many(self, program: str, items: p.Expr) -> str:
        """The length of a list, as formulas name it."""
        name = self._names.get((program, items.register)) if isinstance(items, p.Ref) else None
        return f"len({name})" if name else "n"

    def rounds(self, program: str, step: p.ForStep | p.WhileStep) -> Factor:
        """How often a loop runs."""
        most = None
        if isinstance(step, p.WhileStep):
            most = step.limit.value if isinstance(step.limit, p.Lit) else None
        if step.heads:
            head = self.table[step.heads[0]]
            count = head.text if (known := whole(head.text)) is None else known
            return Factor("loop", count, iteration(head), most)
        if isinstance(step, p.WhileStep):
            return Factor("loop", "turns", most=most)
        if isinstance(step.items, p.Lit) and isinstance(step.items.value, list):
            return Factor("loop", len(step.items.value))
        return Factor("loop", self.many(program, step.items))


def call_graph(plan: p.Plan) -> nx.DiGraph:
    """Which program calls which."""
    graph = nx.DiGraph()
    for program in plan.programs:
        graph.add_node(program.name)
        calls = (step for step in walk(program.steps) if isinstance(step, p.CallStep))
        graph.add_edges_from((program.name, step.program) for step in calls)
    return graph


def _asking(plan: p.Plan, graph: nx.DiGraph, families: Mapping[int, p.Family]) -> set[str]:
    """The programs whose result may differ from run to run, by themselves or by what they call."""
    own = {q.name for q in plan.programs if any(varies(s, families) for s in walk(q.steps))}
    return own.union(*(nx.ancestors(graph, name) for name in own))


def varies(step: object, families: Mapping[int, p.Family]) -> bool:
    """Whether a step by itself may give another result on equal inputs."""
    match step:
        case p.GenStep(family=family):
            return is_sampled(families[family])
        case p.HostStep(pure=pure):
            return not pure
        case _:
            return False


def is_sampled(family: p.Family) -> bool:
    """Whether the answers of equal prompts may differ."""
    options = family.sampling
    temperature = options.get("temperature", Sampling().temperature)
    is_free = temperature != 0 and options.get("top_k") != 1 and options.get("seed") is None
    return family.kind == "gen" and is_free
