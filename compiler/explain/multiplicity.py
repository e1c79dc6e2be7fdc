"""How often a family's calls happen in one instance: once, once per arm, once per iteration, or perhaps."""

from __future__ import annotations

from collections.abc import Sequence

from ...runtime import plan as p


class Multiplicity:
    """Counts in words, by family."""

    def __init__(self, plan: p.Plan) -> None:
        self._found: dict[int, tuple[str, ...]] = {}
        self._names = {
            (q.name, parameter.register): parameter.name
            for q in plan.programs
            for parameter in q.parameters
        }
        self._nodes = {node.id: node for node in plan.nodes}
        for program in plan.programs:
            self._program = program.name
            self._steps(program.steps, ())

    def of(self, family: int) -> str:
        """How often, in words."""
        return " x ".join(self._found.get(family, ())) or "once"

    def _steps(self, steps: Sequence[p.Step], around: tuple[str, ...]) -> None:
        for step in steps:
            match step:
                case p.GenStep(family=family) | p.SelectStep(family=family):
                    self._found[family] = around
                case p.TogetherStep(steps=members):
                    self._steps(members, around)
                case p.IfStep(then=then, orelse=orelse):
                    for body in (then, orelse):
                        self._steps(body.steps, (*around, "if"))
                case p.ForStep(body=body, items=items, heads=heads):
                    self._steps(body.steps, (*around, self._loop(items, heads)))
                case p.WhileStep(cond=cond, body=body, limit=limit):
                    most = str(limit.value) if isinstance(limit, p.Lit) else "n"
                    self._steps([*cond.steps, *body.steps], (*around, f"at most {most}"))
                case p.ForkStep(items=items, bodies=bodies):
                    own = () if items is None else (f"{self._many(items)} arms",)
                    for body in bodies:
                        self._steps(body.steps, (*around, *own))
                case _:
                    pass

    def _loop(self, items: p.Expr, heads: list[int]) -> str:
        return self._nodes[heads[0]].text if heads else self._many(items)

    def _many(self, items: p.Expr) -> str:
        if isinstance(items, p.Lit) and isinstance(items.value, list):
            return str(len(items.value))
        if isinstance(items, p.Ref):
            name = self._names.get((self._program, items.register))
            return f"len({name})" if name else "n"
        return "n"
