"""The calls as text: when they run, what is predicted of them, and the formulas behind it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from .. import report as r
from .columns import paragraph, table
from .numbers import Numbers

LONG = 20
"""A part of a formula that is longer, and that comes again, is named once."""

_ROUND = re.compile(r"\bi(\d+)\b")
_PARTS = re.compile(r"(?:either)?\((?:[^()]|\([^()]*\))*\)")


def waves(report: r.Report, width: int) -> Iterator[str]:
    calls = {call.family: call for call in report.calls}
    programs = list(dict.fromkeys(call.program for call in report.calls))
    yield "Waves: calls that can run together; * is on the longest chain"
    for wave, families in enumerate(report.waves):
        for program in programs:
            members = [calls[f] for f in families if calls[f].program == program]
            if members:
                prefix = f"{program}: " if len(programs) > 1 else ""
                shown = ", ".join(_member(call, report.waves) for call in members)
                line = f"{wave:>4}  {prefix}{shown}"
                yield from paragraph(line, width, 0, 6)


def _member(call: r.Call, waves: list[list[int]]) -> str:
    over = sum(call.family in wave for wave in waves)
    often = call.times if over < 2 else f"{call.times}, over {over} waves"
    star = "*" if call.on_critical_path else ""
    samples = f" n={call.samples}" if call.samples > 1 else ""
    times = f" ({often})" if often != "once" else ""
    return f"{call.name}{star}{samples}{times}"


def calls(report: r.Report, numbers: Numbers, width: int) -> Iterator[str]:
    yield "Calls: predicted tokens, given an empty cache; `~` is at the sizes below"
    rows = [("call", "line", "how often", "prompt", "cached", "prefilled", "")]
    for call in report.calls:
        line = str(call.place.line) if call.place else call.site
        name, times, prompt = call.name, call.times, numbers.of(call.prompt, call)
        for ending in call.endings:
            when = "" if ending.when == "always" else ending.when
            cached, fresh = (numbers.of(x, call) for x in (ending.cached, ending.prefilled))
            rows.append((name, line, times, prompt, cached, fresh, when))
            name = line = times = prompt = ""
    yield from table(rows, width)
    yield from _formulas(report, width)


def _formulas(report: r.Report, width: int) -> Iterator[str]:
    """The prompts, and what of them is cached, where that depends on values."""
    lines = [
        (call.name, "prompt", call.prompt.text)
        for call in report.calls
        if call.prompt.number is None
    ]
    lines += [
        (call.name, "cached" if e.when in ("always", "then") else f"cached {e.when}", e.cached.text)
        for call in report.calls
        for e in call.endings
        if e.cached.number is None
    ]
    order = {call.name: at for at, call in enumerate(report.calls)}
    lines.sort(key=lambda line: order[line[0]])
    if not lines:
        return
    parts = repeated(formula for _, _, formula in lines)
    yield ""
    yield "Formulas: |x| is the tokens of a value"
    for name, what, formula in dict.fromkeys(lines):
        yield from paragraph(f"{name}, {what}: {with_names(formula, parts)}", width, 2, 4)
    for part, name in parts.items():
        yield from paragraph(f"{name} = {bare(part)}", width, 2, 4)
    numbers = {line for _, _, formula in lines for line in _ROUND.findall(formula)}
    for line in sorted(numbers, key=int):
        yield f"  i{line} = the rounds before this one of the loop at line {line}"


def repeated(cells: Iterable[str]) -> dict[str, str]:
    """Names for the long parts of formulas that stand in several places."""
    counts = Counter(part for cell in cells for part in _PARTS.findall(cell) if len(part) > LONG)
    often = [part for part, count in counts.items() if count > 1]
    return dict(zip(often, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=False))


def with_names(cell: str, parts: Mapping[str, str]) -> str:
    for part, name in parts.items():
        cell = cell.replace(part, name)
    return cell


def groups(report: r.Report, width: int) -> Iterator[str]:
    if not report.groups:
        return
    calls = {call.family: call for call in report.calls}
    yield "Groups: a prefix that is sent once, before the calls that share it"
    for group in report.groups:
        names = ", ".join(calls[family].name for family in group.families)
        yield from paragraph(f"{group.shared.text} tokens, then {names}", width)


def bare(part: str) -> str:
    """A part of a formula without the parentheses around it."""
    return part if part.startswith("either") else part[1:-1]
