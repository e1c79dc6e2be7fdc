"""How long prompts are: the tokens between two prefix nodes of a plan, as formulas.

A loop that a call stands in counts with its iteration's number, one that lies behind it with its count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....ir.values.numerals import whole
from ....runtime.plan import schema as p
from .formula import Formula, Symbol, either


class Lengths:
    """Lengths over one plan's prefix table."""

    def __init__(self, plan: p.Plan) -> None:
        self._nodes = {node.id: node for node in plan.nodes}
        self._enclosing = dict(enclosing_loops(plan))
        self._known: dict[tuple[int, int | None, frozenset[int]], Formula | None] = {}

    def loops(self, family: int) -> tuple[int, ...]:
        """The heads of the loops that a family's calls stand in, outermost first."""
        return self._enclosing.get(family, ())

    def prompt(self, family: p.Family) -> Formula:
        """The length of the prompt of a family's calls."""
        return self.upto(family.node, family.id)

    def upto(self, node: int, family: int) -> Formula:
        """The length of the prompt that ends at `node`, where the calls of `family` stand."""
        return self._above(node, None, frozenset(self.loops(family))) or Formula()

    def after(self, node: int, end: int, family: int) -> Formula | None:
        """What stands between `node` and `end`, where `family` stands; None when there is no way."""
        behind = self._above(end, node, frozenset(self.loops(family)))
        fed = self._nodes[node].kind in ("gen", "select")
        return behind + 1 if behind is not None and fed else behind

    def edge(self, node: p.PrefixNode) -> Formula:
        """The tokens of one edge."""
        if node.kind in ("text", "root"):
            return Formula(node.tokens)
        if node.kind in ("join", "turn"):
            return Formula()
        return Formula.of(Symbol(f"|{node.text.strip('{}') or node.kind}|"))

    def _above(self, node: int, stop: int | None, inside: frozenset[int]) -> Formula | None:
        """The tokens from `stop` (None: the very beginning) to `node`; None when there is no way."""
        key = (node, stop, inside)
        if key not in self._known:
            self._known[key] = None  # a way that comes back here is no way
            self._known[key] = self._climb(node, stop, inside)
        return self._known[key]

    def _climb(self, node: int, stop: int | None, inside: frozenset[int]) -> Formula | None:
        total = Formula()
        at = self._nodes[node]
        while at.id != stop:
            if at.kind == "join":
                rest = self._through(at, stop, inside)
                return None if rest is None else total + rest
            total += self.edge(at)
            if not at.parents:
                return total if stop is None else None
            at = self._nodes[at.parents[0]]
        return total

    def _through(
        self, join: p.PrefixNode, stop: int | None, inside: frozenset[int]
    ) -> Formula | None:
        if not join.text:
            ways = [self._above(parent, stop, inside) for parent in join.parents]
            found = [way for way in ways if way is not None]
            return either(found) if found else None
        before = self._above(join.parents[0], stop, inside)
        if before is not None and stop is not None and join.id in inside:
            return before  # the first iteration
        each = self._iteration(join, inside)
        if before is not None:
            return before + each.times(_count(join, join.id in inside))
        ends = [self._above(end, stop, inside) for end in join.parents[1:]]
        found = [end for end in ends if end is not None]
        return either(found) if found else None

    def _iteration(self, head: p.PrefixNode, inside: frozenset[int]) -> Formula:
        """What one iteration of a loop appends."""
        ends = [self._above(end, head.id, inside - {head.id}) for end in head.parents[1:]]
        found = [end for end in ends if end is not None]
        return either(found) if found else Formula()


def iteration(head: p.PrefixNode) -> str:
    """The symbol for an iteration's number, from 0."""
    return f"i{head.span.line if head.span else head.id}"


def _count(head: p.PrefixNode, running: bool) -> Symbol | int:
    """How often a loop has run: its count, or its iteration's number while it runs."""
    if running:
        return Symbol(iteration(head))
    known = whole(head.text)
    return Symbol(head.text) if known is None else known


def enclosing_loops(plan: p.Plan) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Every family with the heads of the loops around it."""
    for program in plan.programs:
        yield from _in_steps(program.steps, ())


def _in_steps(
    steps: Sequence[p.Step], heads: tuple[int, ...]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    for step in steps:
        match step:
            case p.GenStep(family=family) | p.SelectStep(family=family):
                yield family, heads
            case p.TogetherStep(steps=members):
                yield from _in_steps(members, heads)
            case p.IfStep(then=then, orelse=orelse):
                yield from _in_steps([*then.steps, *orelse.steps], heads)
            case p.ForStep(body=body, heads=own):
                yield from _in_steps(body.steps, (*heads, *own))
            case p.WhileStep(cond=cond, body=body, heads=own):
                yield from _in_steps([*cond.steps, *body.steps], (*heads, *own))
            case p.ForkStep(bodies=bodies):
                for body in bodies:
                    yield from _in_steps(body.steps, heads)
            case _:
                pass
