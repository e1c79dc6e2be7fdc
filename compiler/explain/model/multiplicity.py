"""How often calls and appends happen in one instance: per arm, per iteration, or perhaps."""

from __future__ import annotations

from collections.abc import Sequence

from ....runtime.plan import schema as p
from ..report import Factor
from .lengths import iteration

Around = tuple[Factor, ...]


class Multiplicity:
    """What stands around every family and prefix node of a plan."""

    def __init__(self, plan: p.Plan) -> None:
        self._families: dict[int, Around] = {}
        self._appends: dict[int, Around] = {}
        self._names = {
            (q.name, parameter.register): parameter.name
            for q in plan.programs
            for parameter in q.parameters
        }
        self._nodes = {node.id: node for node in plan.nodes}
        self._outs = {family.id: family.out_node for family in plan.families}
        for program in plan.programs:
            self._program = program.name
            self._steps(program.steps, ())

    def family(self, family: int) -> list[Factor]:
        """What stands around the calls of a family, outermost first."""
        return list(self._families.get(family, ()))

    def node(self, node: int) -> list[Factor]:
        """What stands around the append that makes a node."""
        return list(self._appends.get(node, ()))

    def words(self, family: int) -> str:
        """How often a family's calls happen, in words."""
        return " x ".join(_word(factor) for factor in self._families.get(family, ())) or "once"

    def _steps(self, steps: Sequence[p.Step], around: Around) -> None:
        for step in steps:
            self._step(step, around)

    def _step(self, step: p.Step, around: Around) -> None:
        match step:
            case p.GenStep(family=family) | p.SelectStep(family=family):
                self._families[family] = around
                self._appends.setdefault(self._outs[family], around)
            case p.TextStep(node=node) | p.InsertStep(node=node) | p.ImageStep(node=node):
                self._appends.setdefault(node, around)
            case p.TogetherStep(steps=members):
                self._steps(members, around)
            case p.SectionsStep(bodies=bodies):
                for body in bodies:
                    self._steps(body.steps, around)
            case p.IfStep(then=then, orelse=orelse):
                for body in (then, orelse):
                    self._steps(body.steps, (*around, Factor("perhaps", 1)))
            case p.ForStep(body=body, items=items, heads=heads):
                self._steps(body.steps, (*around, self._loop(self._many(items), heads)))
            case p.WhileStep(cond=cond, body=body, limit=limit, heads=heads):
                factor = self._loop(
                    "turns", heads, limit.value if isinstance(limit, p.Lit) else None
                )
                self._steps([*cond.steps, *body.steps], (*around, factor))
            case p.ForkStep(items=items, bodies=bodies):
                own = () if items is None else (Factor("arms", self._many(items)),)
                for body in bodies:
                    self._steps(body.steps, (*around, *own))
            case _:
                pass

    def _loop(self, count: int | str, heads: list[int], most: int | None = None) -> Factor:
        if not heads:
            return Factor("loop", count, most=most)
        head = self._nodes[heads[0]]
        return Factor(
            "loop", int(head.text) if head.text.isdigit() else head.text, iteration(head), most
        )

    def _many(self, items: p.Expr) -> int | str:
        if isinstance(items, p.Lit) and isinstance(items.value, list):
            return len(items.value)
        if isinstance(items, p.Ref):
            name = self._names.get((self._program, items.register))
            return f"len({name})" if name else "n"
        return "n"


def _word(factor: Factor) -> str:
    if factor.kind == "perhaps":
        return "if"
    if factor.kind == "arms":
        return f"{factor.count} arms"
    return f"at most {factor.most}" if factor.most is not None else str(factor.count)
