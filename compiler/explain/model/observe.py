"""What rows and their run say about the quantities of a workload: distinct values, sizes, rounds and answers.

What they say directly is measured, and what the source says is taken from there; of what is left, lengths of
prompts and numbers of calls are solved for. Where several stand in one such number only together, each is taken
for as large as the others: their sum is right, and each is marked as a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from ....ir.module import LIFETIMES
from ....ir.values.operations import text_form
from ....runtime.plan import schema as p
from ....runtime.trace.records import CallRecord, Trace
from .. import report as r
from .formula import CHANCE, evaluated, symbols_of
from .sizes import MANY, Counting, Size, written_sizes

Known = dict[str, float]


def observed(
    report: r.Report, plan: p.Plan, rows: Sequence[Mapping[str, Any]], trace: Trace, count: Counting
) -> dict[str, Size]:
    """Quantities by name, as means over the run."""
    program = next(q for q in plan.programs if q.name == plan.entry)
    full = [_with_defaults(program, row) for row in rows]
    known: Known = {"rows": len(rows), **dict(_lifetimes(program, full))}
    for param in program.parameters:
        known |= _sizes(param.name, [row.get(param.name) for row in full], count)
    calls: dict[int, list[CallRecord]] = {}
    for record in trace.calls:
        if record.error is None:
            calls.setdefault(record.family, []).append(record)
    known |= _answers(report, calls)
    written = {n: x for n, x in written_sizes(plan, count) if n not in known}
    shared: set[str] = set()
    found = _rounds(report, calls, written | known, shared)
    found |= _rest(report, calls, found, shared)
    return {
        name: Size(size, "together" if name in shared else "rows")
        for name, size in found.items()
        if name not in written
    }


def _with_defaults(program: p.PlanProgram, row: Mapping[str, Any]) -> dict[str, Any]:
    return {q.name: q.default[0] for q in program.parameters if q.default} | dict(row)


def _lifetimes(
    program: p.PlanProgram, rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, int]]:
    """How many values each lifetime has: those of all parameters that stay at least as long."""
    for rank, lifetime in enumerate(LIFETIMES):
        names = [q.name for q in program.parameters if LIFETIMES.index(q.lifetime) <= rank]
        if any(q.lifetime == lifetime for q in program.parameters):
            yield f"@{lifetime}", len({repr([row.get(name) for name in names]) for row in rows})


def _sizes(name: str, values: Sequence[Any], count: Counting) -> Known:
    """Tokens of values and of their fields, and lengths of lists."""
    there = [value for value in values if value is not None]
    if not there:
        return {}
    if all(isinstance(value, dict) for value in there):
        found: Known = {}
        for key in dict.fromkeys(key for value in there for key in value):
            found |= _sizes(f"{name}.{key}", [value.get(key) for value in there], count)
        return found
    if all(isinstance(value, list) for value in there):
        return {f"len({name})": fmean(len(value) for value in there)}
    found = {f"|{name}|": fmean(count(text_form(value)) for value in there)}
    if all(isinstance(value, int) for value in there):
        found[name] = fmean(there)
    return found


def _answers(report: r.Report, calls: Mapping[int, Sequence[CallRecord]]) -> Known:
    """Tokens of answers, and what selects score."""
    names = {node.id: next(symbols_of(node.tokens.formula), "") for node in report.nodes}
    found: Known = {}
    for call in report.calls:
        records = calls.get(call.family, ())
        kept = [len(ids) for x in records for ids in _kept(x)]
        if kept and names.get(call.out):
            found[names[call.out]] = fmean(kept)
        choices = [len(x.choices) for x in records if x.choices]
        if choices:
            found[f"choices of {call.name}"] = fmean(choices)
            found[f"|choice of {call.name}|"] = fmean(len(c) for x in records for c in x.choices)
    return found


def _kept(record: CallRecord) -> list[list[int]]:
    if record.kind == "select":
        return [record.choices[record.chosen]] if record.chosen >= 0 else []
    return record.kept or record.outputs


def _rounds(
    report: r.Report,
    calls: Mapping[int, Sequence[CallRecord]],
    known: Mapping[str, float],
    shared: set[str],
) -> Known:
    """Lengths of loops and forks, and the chance of branches, from how often calls were made.

    What is known only together with others is noted in `shared`, here and below.
    """
    found = dict(known)
    for call in sorted(report.calls, key=lambda each: len(each.factors)):
        often = len(calls.get(call.family, ())) / max(1.0, known["rows"])
        shared |= _solve(call.often, often, found, lambda name: not name.startswith("|"))
    return found


def _rest(
    report: r.Report,
    calls: Mapping[int, Sequence[CallRecord]],
    known: Mapping[str, float],
    shared: set[str],
) -> Known:
    """Sizes of values that no row has, from the lengths of the prompts that they stand in."""
    found = dict(known)
    for call in report.calls:
        records = calls.get(call.family, ())
        if records:
            length = fmean(len(record.prompt) for record in records)
            rounds = {f.index: _middle(f, found) for f in call.factors if f.index}
            here = {**found, **rounds}
            here |= {
                x: MANY for x in symbols_of(call.prompt.formula) if x not in here and x[0] != "|"
            }
            shared |= _solve(call.prompt.formula, length, here, lambda name: name.startswith("|"))
            found |= {name: size for name, size in here.items() if name not in rounds}
    return found


def _middle(factor: r.Factor, known: Mapping[str, float]) -> float:
    count = factor.count if isinstance(factor.count, int) else known.get(factor.count, 1)
    return max(0.0, (count - 1) / 2)


def _solve(formula: Any, value: float, known: Known, may: Callable[[str], bool]) -> set[str]:
    """Give what is unknown in a formula the one size at which it has this value; who had to share it."""
    unknown = {name for name in symbols_of(formula) if name not in known}
    if not unknown or not all(map(may, unknown)):
        return set()
    low, high = 0.0, 1.0 if unknown == {CHANCE} else max(1.0, value)
    for _ in range(50):
        middle = (low + high) / 2
        too_much = evaluated(formula, {**known, **dict.fromkeys(unknown, middle)}) > value
        low, high = (low, middle) if too_much else (middle, high)
    known.update(dict.fromkeys(unknown, round(high, 6)))
    return unknown if len(unknown) > 1 else set()
