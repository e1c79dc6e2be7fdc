"""Tables of what a server gains: both sides of every program, sorting by hand, and what each pass is worth."""

from collections.abc import Sequence
from typing import Any

from sglc.passes.pipeline import PASSES

from . import results
from .gain_sides import BY_HAND, COMPILED, FEW, SORTED, Found

NOTES = """
The server: {server}, {settings}. Every side of a repetition had the same texts and an
empty cache; repetitions: {repeats}, the sides alternating, the best time of each. Ratio: time by hand over ours, which
finds the order of its rows in that time. By hand: asyncio and httpx, everything at once that can be, structured outputs
of the server. Same: rows of the last repetition to which both sides gave one answer. Client: processor time of the
asking process, by hand and ours. Prefilled: prompt tokens that the server computed, by its own metrics. Least: what a
server that keeps everything in blocks of {block} tokens computes of our calls, and in brackets the same without blocks.
The mean is of the programs; one that stands there twice is taken as it stands first. Between {load} processes wanted a
core when the rows began.
"""
_HEAD = ["Program", "requests by hand", "ours", "prefilled by hand", "ours", "least", "same"]
_HEAD += ["client, s", "s by hand", "ours", "ratio"]


def page(found: Sequence[Found], environment: dict[str, Any], **notes: object) -> str:
    """The results as Markdown."""
    text = f"# What a vLLM server gains\n\n{results.headline(environment)}\n{table(found)}"
    text += NOTES.format(**notes)
    text += "".join(f"\n- {f.case.name}: {f.case.note}." for f in found if f.case.note) + "\n"
    sorted_too = [each for each in found if SORTED in each.sides]
    if sorted_too:
        text += f"\n## Where somebody sorts the rows by hand\n\n{sorted_table(sorted_too)}"
    if any(name not in (BY_HAND, SORTED, FEW, COMPILED) for each in found for name in each.sides):
        text += f"\n## Without each pass\n\n{ablation(found)}"
    return text


def table(found: Sequence[Found]) -> str:
    """Both sides of every case."""
    firsts = {each.case.program: each for each in reversed(found)}
    times = results.geomean([each.ratio() for each in firsts.values()])
    last = ["geometric mean", *[""] * 9, f"**{times:.2f}**"]
    return results.table(_HEAD, [*map(cells, found), last])


def cells(found: Found) -> list[str]:
    """A program's line."""
    hand, ours = found.sides[BY_HAND], found.sides[COMPILED]
    counts = [hand.counts.requests, ours.counts.requests]
    prefilled = [hand.counts.prefilled, ours.counts.prefilled]
    least = f"{found.least:,} ({found.bound:,})"
    same = f"{found.same} of {found.rows}" if found.same >= 0 else "-"
    row = [f"{found.case.name}: {found.case.title}", *map(str, counts)]
    client = f"{hand.client_s:.2f} / {ours.client_s:.2f}"
    row += [*(f"{count:,}" for count in prefilled), least, same, client]
    return [*row, f"{hand.best:.2f}", f"{ours.best:.2f}", f"{found.ratio():.2f}"]


def sorted_table(found: Sequence[Found]) -> str:
    """Prefilled tokens and time where the code by hand sorts its rows first, all at once and a few at a time."""
    head = ["Program", "prefilled, sorted", "4 at a time", "ours", "s, sorted", "4 at a time"]
    rows: list[list[str]] = []
    for each in found:
        sides = [each.sides[name] for name in (SORTED, FEW, COMPILED)]
        tokens = [f"{side.counts.prefilled:,}" for side in sides]
        rows.append([each.case.name, *tokens, *(f"{side.best:.2f}" for side in sides)])
    return results.table([*head, "ours"], rows)


def ablation(found: Sequence[Found]) -> str:
    """What each pass is worth on this server: what is asked on top without it, and its time over that with all."""
    names = [n for n in ("-O0", *map(_without, _optional())) if any(n in f.sides for f in found)]
    rows = [
        _line(each.case.name, name, [each])
        for each in found
        for name in names
        if name in each.sides
    ]
    for name in names:
        rows.append(_line("together", name, [each for each in found if name in each.sides]))
    table = results.table(_ABLATION, rows)
    idle = [f"`{name}`" for name in _optional() if _without(name) not in names]
    nowhere = f"\nNo plan is another without {', '.join(idle)}.\n" if idle else ""
    return f"{table}\n{_ABLATION_NOTE}{nowhere}"


_ABLATION = ["Program", "compiled", "requests", "prompt tokens", "generated", "time"]
_ABLATION_NOTE = """Each line: what a plan asks on top of the plan with all passes, and its time over that
plan's. Prompt tokens are those that the server computed. A pass is left out of a program's lines where the plan is the
same without it.
"""


def _optional() -> list[str]:
    return list(dict.fromkeys(step.name for lowest, step in PASSES if lowest == 1))


def _without(name: str) -> str:
    return f"no {name}"


def _line(title: str, side: str, found: Sequence[Found]) -> list[str]:
    """What a side asks on top of the plan with all passes, of some programs together."""
    pairs = [(each.sides[side], each.sides[COMPILED]) for each in found]
    more = [
        sum(getattr(other.counts, what) - getattr(ours.counts, what) for other, ours in pairs)
        for what in ("requests", "prefilled", "generated")
    ]
    time = results.geomean([other.best / ours.best for other, ours in pairs])
    return [title, side, *(f"{count:+,}" for count in more), f"{time:.2f}"]
