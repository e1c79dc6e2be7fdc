"""The `set` of a template that makes the difference in what another line writes: one of two texts came to it."""

from __future__ import annotations

import itertools
import re

from ....ir.target.child import TemplateChild
from .probe import Fault
from .traced import Traced, around, assignments, expressions, traced, untraced

_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.\w+)?")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_CHOOSES = re.compile(r"\bif\b")


def assigned_at(source: str, fault: Fault, child: TemplateChild) -> int:
    """The line that decides what a line writes which wrote both texts; 0 where none is known. Raises ChildError."""
    outcomes = child.render(traced(source, with_sets=True), fault.cases)
    before, now = (untraced(outcome.text or "") for outcome in outcomes)
    if [before.text, now.text] != [fault.before, fault.now]:
        return 0
    pieces = _same_piece(before, now, fault.at)
    if pieces is None:
        return 0
    line = before.lines[pieces[0]]
    written = expressions(source, line)
    flows = _flowing(source, written)
    ways = (_way(before, pieces[0], flows), _way(now, pieces[1], flows))
    if told := _parting(source, *ways):
        return told
    return line if any(_CHOOSES.search(_STRING.sub("", each)) for each in written) else 0


def _same_piece(before: Traced, now: Traced, at: int) -> tuple[int, int] | None:
    """The piece that holds a difference, by its number in each of two texts; in one of them it may be empty."""
    for one, other in ((before, now), (now, before)):
        number = max((n for n, start in enumerate(one.starts) if start <= at), default=None)
        if number is None:
            continue
        same = (one.starts[number], one.lines[number])
        for its, found in enumerate(zip(other.starts, other.lines, strict=True)):
            if found == same:
                return (number, its) if one is before else (its, number)
    return None


def _flowing(source: str, written: list[str]) -> frozenset[int]:
    """The lines of each `set` whose value comes into what is written, directly or by another."""
    names = _read(" ".join(written))
    known = assignments(source)
    found: set[int] = set()
    while more := [a for a in known if a.line not in found and not names.isdisjoint(a.names)]:
        found.update(a.line for a in more)
        names |= _read(" ".join(a.value for a in more))
    return frozenset(found)


def _read(expression: str) -> set[str]:
    """The names that an expression reads: of `ns.text` also the whole, of `text.strip` also `text`."""
    found = set(_NAME.findall(_STRING.sub("", expression)))
    return found | {name.partition(".")[0] for name in found}


def _way(text: Traced, piece: int, flows: frozenset[int]) -> list[int]:
    """Each `set` on the way to a piece, the last one first, back to where a round of a loop before begins."""
    found: list[int] = []
    for number, line in reversed(text.sets):
        if number <= piece and line in flows:
            if line in found:
                break
            found.append(line)
    return found


def _parting(source: str, before: list[int], now: list[int]) -> int:
    """The `set` at which two ways part, going back: of two the one under more conditions."""
    for one, other in itertools.zip_longest(before, now):
        if one == other:
            continue
        parted = [line for line, way in ((one, now), (other, before)) if line and line not in way]
        parted = parted or [line for line in (one, other) if one and other and line]
        held = [line for line in parted if around(source, line).condition]
        return max(held, key=lambda line: around(source, line).depth, default=0)
    return 0
