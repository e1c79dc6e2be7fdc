"""The model of a workload: what rows, runs, arms, rounds, sizes and lifetimes come to in tokens, as formulas.

Text, JSON, the page and its controls evaluate these formulas, and count nothing by themselves. A prefix node is
computed once for every different prompt that ends there: as often as the shortest lifetime on the way to it has values,
times the loops and forks that give it another text each time. What lies behind no call is never computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ....ir.module import LIFETIMES
from ....runtime.plan import schema as p
from .formula import CHANCE, Formula, Least, Symbol
from .lengths import Lengths
from .spots import BRANCHES, Around, Level, Spot
from .spread import Spread

ROWS, RUNS, TOGETHER = Symbol("rows"), Symbol("runs"), Symbol("at once")
ONE = Formula(1)
_TAKEN = Formula.of(Symbol(CHANCE))


@dataclass(frozen=True, slots=True)
class Choices:
    """What a select scores: how many choices, their tokens but the last of each, and those that differ."""

    number: Formula
    tokens: Formula
    different: Formula


class Model:
    """The formulas of one plan."""

    def __init__(
        self,
        plan: p.Plan,
        spread: Spread,
        lengths: Lengths,
        waves: Mapping[int, int],
        choices: Mapping[int, Choices],
    ) -> None:
        self._spread, self._lengths, self._waves, self._choices = (
            spread,
            lengths,
            waves,
            dict(choices),
        )
        self._families = [f for f in plan.families if f.program in spread.facts.reached]
        for family in self._families:
            if family.kind == "select" and family.id not in self._choices:
                self._choices[family.id] = _unknown(family)
        self._ways: dict[tuple[int, tuple[int, ...]], set[int]] = {}
        self._below: dict[int, list[int]] = {}
        for family in self._families:
            for node in _way(spread.facts.table, family.node):
                self._below.setdefault(node, []).append(family.id)

    # --- how many -----------------------------------------------------------------------------------

    def often(self, family: int) -> Formula:
        """How many calls of a family one row makes."""
        return _sum(_times(ONE, spot.around) for spot in self._spread.calls.get(family, ()))

    def calls(self) -> Formula:
        """How many calls one row makes."""
        return _sum(self.often(family.id) for family in self._families)

    def copies(self, node: int) -> Formula:
        """How many different prompts that some call needs end at a node, over all rows."""
        spots = self._spread.nodes.get(node, ())
        return _sum(self._copies(node, same) for same in _alike(spots))

    def _copies(self, node: int, same: list[Spot], together: Formula = ONE) -> Formula:
        """So many different ones, of those that some call needs: the last round's are not, if only a next one is."""
        spots, last = same, list[Spot]()
        for level in same[0].differing:
            if level.factor.kind == "arms" and not self._is_needed(node, level, same[0].around):
                spots = [_without(spot, level) for spot in spots]  # one arm is taken up again
            if level.heads and not self._is_needed(node, level, (level,)):
                last = [_without(spot, level) for spot in spots]
        return _at_most(spots, together) - (_at_most(last, together) if last else Formula())

    def _is_needed(self, node: int, level: Level, around: Around) -> bool:
        """Whether a call in the same round or arm has a node in its prompt, or one behind the loop."""
        heads = tuple(head for each in around if each.factor.kind == "loop" for head in each.heads)
        for family in self._below.get(node, ()):
            spots = self._spread.calls.get(family, ())
            is_inside = any(level in spot.around for spot in spots)
            if node in self._way(family, heads) if is_inside else level.factor.kind == "loop":
                return True
        return False

    def _way(self, family: int, heads: tuple[int, ...]) -> set[int]:
        """The nodes of a family's prompt since the round began, and all before the loop."""
        if (family, heads) not in self._ways:
            end = self._spread.facts.families[family].node
            self._ways[family, heads] = _way(self._spread.facts.table, end, heads)
        return self._ways[family, heads]

    def uses(self, node: int) -> Formula:
        """How many calls have a node in their prompt, over all rows."""
        below = self._below.get(node, ())
        return _sum(self.often(family) for family in below).of_times(Formula.of(ROWS))

    def is_asked(self, node: int) -> bool:
        """Whether a call has a node in its prompt."""
        return node in self._below

    def branches(self, node: int) -> frozenset[str]:
        """The branches that a node stands in."""
        spots = self._spread.nodes.get(node, ())
        around = (level for spot in spots for level in spot.around)
        return frozenset(level.mark for level in around if level.factor.kind in BRANCHES)

    # --- tokens -------------------------------------------------------------------------------------

    def stateless(self) -> Formula:
        """What is processed when nothing is kept: every prompt whole, a select's once for each choice."""
        return _sum(self._sent(family) for family in self._families).of_times(Formula.of(ROWS))

    def _sent(self, family: p.Family) -> Formula:
        each = self._lengths.prompt(family)
        choices = self._choices.get(family.id)
        if choices is not None:
            each = choices.number.of_times(each) + choices.tokens
        return _sum(_times(each, spot.around) for spot in self._spread.calls.get(family.id, ()))

    def computed(self) -> Formula:
        """What is processed with a cache that holds the run: every different prompt once."""
        return self._over_nodes(self.copies) + self._scored()

    def alone(self) -> Formula:
        """The same where nobody plans: calls that begin together do not find each other's prompts."""
        return self._over_nodes(self._askers) + self._scored()

    def _over_nodes(self, copies: Callable[[int], Formula]) -> Formula:
        """The tokens that each needed node adds, as often as it is computed."""
        by_copies: dict[Formula, Formula] = {}
        for node in self._below:
            fresh = self._fresh(self._spread.facts.table[node])
            if fresh != Formula():
                times = copies(node)
                by_copies[times] = by_copies.get(times, Formula()) + fresh
        return _sum(times.of_times(tokens) for times, tokens in by_copies.items())

    def _fresh(self, node: p.PrefixNode) -> Formula:
        """The tokens of a node that nobody decoded: of an answer the last one."""
        return ONE if node.kind in ("gen", "select") else self._lengths.edge(node)

    def _scored(self) -> Formula:
        """The choices of selects, once for every different prompt."""
        found = Formula()
        for family, choices in self._choices.items():
            for same in _alike(self._spread.calls.get(family, ())):
                found += _at_most(same).of_times(choices.different)
        return found

    def _askers(self, node: int) -> Formula:
        """How many calls compute a node: of those that share it all that begin before one has it."""
        found = Formula()
        for same in _alike(self._spread.nodes.get(node, ())):
            arms, all_calls = self._together(node, same[0])
            first = self._copies(node, same, Formula.of(TOGETHER)).of_times(arms)
            found += Formula.of(Least((first, all_calls)))
        return found

    def _together(self, node: int, at: Spot) -> tuple[Formula, Formula]:
        """Of one row the calls that ask first about a node and begin together; and all calls of all rows."""
        spots = {
            family: [s for s in self._spread.calls.get(family, ()) if _shares(at, s)]
            for family in self._below[node]
        }
        first = min((self._waves.get(family, 0) for family in spots if spots[family]), default=0)
        marks = {level.mark for level in at.differing}
        arms = _sum(
            _times(ONE, [x for x in spot.around if x.factor.kind == "arms" and x.mark not in marks])
            for family, many in spots.items()
            if self._waves.get(family, 0) == first
            for spot in many
        )
        repeats = [x for x in at.differing if x.factor.kind == "loop"]
        calls = _sum(
            _times(ONE, [*spot.around, *(x for x in repeats if x not in spot.around)])
            for many in spots.values()
            for spot in many
        )
        return arms, calls.of_times(Formula.of(ROWS))


def _unknown(family: p.Family) -> Choices:
    """Choices that a run computes."""
    number = Symbol(f"choices of {family.name or 'call ' + family.site}")
    each = Formula.of(Symbol(f"|choice of {family.name or 'call ' + family.site}|")) + -1
    tokens = each.times(number)
    return Choices(Formula.of(number), tokens, tokens)


def _shares(at: Spot, call: Spot) -> bool:
    """Whether a call in its context may have the prompt that ends at a spot."""
    return not at.prompt or at.context == call.context


def _way(nodes: Mapping[int, p.PrefixNode], end: int, heads: tuple[int, ...] = ()) -> set[int]:
    """The nodes that a prompt that ends at `end` may go through, without coming back to one of `heads`."""
    found, stack = set[int](), [end]
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            parents = nodes[node].parents
            stack += parents[:1] if node in heads else parents
    return found


def _without(spot: Spot, loop: Level) -> Spot:
    around = tuple(level for level in spot.around if level != loop)
    return Spot(around, spot.prompt - {loop.mark}, spot.context)


def _alike(spots: Iterable[Spot]) -> Iterator[list[Spot]]:
    """Spots by prompts that may be the same: what depends on nothing is the same in every context."""
    groups: dict[tuple[object, ...], list[Spot]] = {}
    for spot in spots:
        groups.setdefault((spot.prompt, spot.context if spot.prompt else 0), []).append(spot)
    yield from groups.values()


def _different(spot: Spot, together: Formula) -> Formula:
    """How many different prompts stand at a spot, if everything on the way happens."""
    return _times(_values(spot.prompt, together), spot.differing)


def _values(deps: Iterable[str], together: Formula) -> Formula:
    """How many values the shortest lifetime has over the rows; each computed by as many rows as begin `together`."""
    ranks = [LIFETIMES.index(each) for each in deps if each in LIFETIMES]
    shortest = LIFETIMES[max(ranks, default=0)]
    if shortest == "request":
        return Formula.of(ROWS)
    each = Formula.of(RUNS)
    if shortest not in ("const", "release"):
        each = Formula.of(Symbol(f"@{shortest}")).of_times(each)
    return Formula.of(Least((Formula.of(ROWS), each.of_times(together))))


def _at_most(spots: list[Spot], together: Formula = ONE) -> Formula:
    """So many different ones, but not more than there are: where a branch is around, it may be fewer."""
    different = _different(spots[0], together)
    if not any(level.factor.kind in BRANCHES for spot in spots for level in spot.around):
        return different
    there = _sum(_times(ONE, spot.around) for spot in spots).of_times(Formula.of(ROWS))
    return Formula.of(Least((different, there)))


def _times(formula: Formula, around: Iterable[Level]) -> Formula:
    """As often as what stands around says, the innermost first; rounds are numbered."""
    for level in reversed(list(around)):
        factor = level.factor
        if factor.kind in BRANCHES:
            formula = formula.of_times(_TAKEN if factor.kind == "perhaps" else ONE - _TAKEN)
        else:
            count = factor.count if isinstance(factor.count, int) else Symbol(factor.count)
            formula = formula.times(count, factor.index)
    return formula


def _sum(formulas: Iterable[Formula]) -> Formula:
    return sum(formulas, Formula())
