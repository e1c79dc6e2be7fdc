"""The price of one run from the plan alone: a formula, and a number where nothing, or only declared sizes, is assumed.

Every quantity that a run would tell (tokens of a value, items of a list, an answer) is taken at the size of the
workload's model. Those that nobody knows before a run stand in the report, so that a number is never mistaken for more
than it is; without any the number is the prediction itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import msgspec

from ...ir.target.rules import Rules
from ...runtime.plan import schema as p
from . import report as r
from .make import count, path_of
from .marks import Marks
from .model.formula import Formula, Symbol, evaluated, symbols_of
from .model.lengths import Lengths
from .model.names import named
from .model.spots import BRANCHES
from .priced import cached_of, cost, find_rules, sent_ahead, unit, writes

MOST_CALLS = 2_000
"""Loops that come to more calls are counted by their middle round."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Calls of a run that are alike: how many, their length, what of it is cached, and where that ends in the table."""

    weight: int
    length: int
    cached: int
    end: int
    path: frozenset[int]
    is_sent_ahead: bool = False


def with_price(report: r.Report, plan: p.Plan, targets: Sequence[str]) -> r.Report:
    """The report with the price of one run at the sizes of its workload.

    Raises CompileFailed (SGL2050) for unknown targets.
    """
    rules = [find_rules(name) for name in targets]
    plan = named(plan)
    sizes, assumed = _sizes(report)
    asked = list(_asked(report, plan, sizes))
    prompt, cached = _totals(report, plan)
    perhaps = any(f.kind in BRANCHES for call in _made(report) for f in _around(call)[0])
    one = r.OneRun(count(prompt), count(cached), assumed, perhaps)
    priced = [_price(each, asked) for each in rules]
    return msgspec.structs.replace(report, one_run=one, priced=priced)


def _made(report: r.Report) -> list[r.Call]:
    """The calls that the program makes that `run` starts."""
    return [call for call in report.calls if call.often != 0]


def _around(call: r.Call) -> list[list[r.Factor]]:
    """What stands around a call, in each place that its program is called from."""
    return [call.factors, *call.elsewhere]


# --- the formula --------------------------------------------------------------------------------------


def _totals(report: r.Report, plan: p.Plan) -> tuple[Formula, Formula]:
    """The prompts of all calls of a run, and what of them is predicted to be cached."""
    lengths, families = Lengths(plan), {family.id: family for family in plan.families}
    prompt = cached = Formula()
    for call in _made(report):
        family = families[call.family]
        whole = lengths.prompt(family)
        first, later = (_cached(lengths, family, whole, e.node) for e in _first_and_later(call))
        for factors in _around(call):
            prompt += _times(whole, factors)
            cached += _times(later, factors)
        cached += first - later
    return prompt, cached


def _cached(lengths: Lengths, family: p.Family, whole: Formula, node: int) -> Formula:
    behind = lengths.after(node, family.node, family.id) if node >= 0 else None
    return Formula() if behind is None else whole - behind


def _times(formula: Formula, factors: Iterable[r.Factor]) -> Formula:
    counts = [f.count if isinstance(f.count, int) else Symbol(f.count) for f in factors]
    return reduce(Formula.times, reversed(counts), formula)


def _first_and_later(call: r.Call) -> tuple[r.Ending, r.Ending]:
    """Where the cached prefix of the first call of a family ends, and of those after it."""
    endings = call.endings or [r.Ending(-1, "first", count(Formula()), call.prompt)]
    first = next((e for e in endings if e.when == "first"), endings[0])
    return first, next((e for e in endings if e is not first), first)


# --- the numbers --------------------------------------------------------------------------------------


def _asked(report: r.Report, plan: p.Plan, sizes: Mapping[str, int]) -> Iterator[Asked]:
    """What a run sends, in the order of the plan: shared prefixes once, and the calls."""
    nodes = {node.id: node for node in plan.nodes}
    groups = {group.families[0]: group for group in report.groups if group.families}
    for node in report.nodes:
        if node.warmed == "certain" and node.ahead is not None:
            length = evaluated(node.ahead.prompt.formula, sizes)
            fresh = evaluated(node.ahead.fresh.formula, sizes)
            path = path_of(nodes, node.id)
            yield Asked(1, length, length - fresh, node.id, path, is_sent_ahead=True)
    for call in sorted(_made(report), key=lambda call: (call.wave, call.family)):
        group = groups.get(call.family)
        if group is not None:
            yield _sent(group, call, nodes, sizes)
        yield from _calls(call, path_of(nodes, call.node), sizes)


def _sent(
    group: r.Group, call: r.Call, nodes: Mapping[int, p.PrefixNode], sizes: Mapping[str, int]
) -> Asked:
    """The prefix of a group, sent before its calls, once for each time that the fork runs."""
    length = evaluated(group.shared.formula, sizes)
    fresh = min((evaluated(e.prefilled.formula, sizes) for e in group.endings), default=length)
    outer = [f for f in call.factors if f.kind != "arms"]
    weight = len(list(_rounds(outer, sizes)))
    path = path_of(nodes, group.node)
    return Asked(weight, length, length - fresh, group.node, path, is_sent_ahead=True)


def _calls(call: r.Call, path: frozenset[int], sizes: Mapping[str, int]) -> Iterator[Asked]:
    first, later = _first_and_later(call)
    rounds = (each for factors in _around(call) for each in _rounds(factors, sizes))
    for at, (weight, indices) in enumerate(rounds):
        known = {**sizes, **indices}
        ending = first if at == 0 else later
        length = evaluated(call.prompt.formula, known)
        cached = min(length, evaluated(ending.cached.formula, known))
        yield Asked(weight, length, max(0, cached), ending.node, path)


def _rounds(
    factors: Sequence[r.Factor], sizes: Mapping[str, int]
) -> Iterator[tuple[int, dict[str, int]]]:
    """One entry per call: how many it stands for, and the numbers of the iterations it is in."""
    counts = [_count(factor, sizes) for factor in factors]
    total = reduce(lambda a, b: a * b, counts, 1)
    names = [factor.index for factor in factors]
    if total > MOST_CALLS:
        middle = {name: (n - 1) // 2 for name, n in zip(names, counts, strict=True) if name}
        yield from ((1, dict.fromkeys(names, 0)), (total - 1, middle))
        return
    for indices in itertools.product(*map(range, counts)):
        yield 1, {name: i for name, i in zip(names, indices, strict=True) if name}


def _count(factor: r.Factor, sizes: Mapping[str, int]) -> int:
    return factor.count if isinstance(factor.count, int) else sizes[factor.count]


def _price(rules: Rules, asked: Sequence[Asked]) -> r.Priced:
    prompt = cached = written = 0
    total, marks = 0.0, Marks(rules)
    for at, each in enumerate(asked):
        found = cached_of(rules, each.cached)
        wrote, end = _written(rules, each, found, asked[at + 1 :])
        marks.note(each, found, wrote, end)
        if each.is_sent_ahead:  # whoever asks first pays for it; reading it is counted there
            total += each.weight * sent_ahead(rules, each.length, found, wrote)
        else:
            prompt, cached = prompt + each.weight * each.length, cached + each.weight * found
            total += each.weight * cost(rules, each.length, found, wrote)
        written += each.weight * wrote
    sums = (prompt, cached, written, round(total, 1))
    return r.Priced(rules.name, rules.title, rules.date, *sums, unit(rules), marks.all())


def _written(rules: Rules, each: Asked, cached: int, later: Sequence[Asked]) -> tuple[int, int]:
    """How many tokens a call writes to the cache for later ones, and the node at which they end."""
    if not writes(rules):
        return 0, -1
    if each.is_sent_ahead:
        return max(0, cached_of(rules, each.length) - cached), each.end
    ends = [
        (cached_of(rules, min(o.cached, each.length)), o.end) for o in later if o.end in each.path
    ]
    most, end = max(ends, default=(0, -1))
    return max(0, most - cached), end


# --- sizes --------------------------------------------------------------------------------------------


def _sizes(report: r.Report) -> tuple[dict[str, int], dict[str, int]]:
    """Every quantity of one run with its size, and those of them that nobody knows before a run."""
    controls = report.workload.controls if report.workload else []
    own = [control for control in controls if control.kind in ("count", "tokens")]
    sizes = {control.name: round(control.value) for control in own}
    sure = {control.name for control in own if control.known == "default"}
    return sizes, {
        name: size for name, size in sizes.items() if name not in sure and _counts(report, name)
    }


def _counts(report: r.Report, name: str) -> bool:
    """Whether a quantity is in the price of a run."""
    for call in _made(report):
        ends = (ending.cached.formula for ending in call.endings)
        counts = (f.count for factors in _around(call) for f in factors)
        if name in counts or any(name in symbols_of(x) for x in (call.prompt.formula, *ends)):
            return True
    return False
