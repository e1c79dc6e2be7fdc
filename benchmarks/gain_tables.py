"""Tables of what a server gains: both sides of every program, sorting by hand, and what each pass is worth."""

from collections.abc import Sequence
from typing import Any

from . import results
from .gain_sides import BY_HAND, COMPILED, FEW, SORTED, Found

NOTES = """
The server: {server}, {settings}. Every side of a repetition had the same texts and an
empty cache; {repeats} repetitions after one that is not counted, the sides alternating, the best time of each. Ratio:
time by hand over ours, which finds the order of its rows in that time. By hand: asyncio and httpx, everything at once
that can be, structured outputs of the server. Same: rows of the last repetition to which both sides gave one answer.
Client: processor time of the asking process, by hand and ours.
Prefilled: prompt tokens that the server computed, by its own metrics. Least: what a server that keeps everything in
blocks of {block} tokens computes of our calls, and in brackets the same without blocks. Between {load} processes
wanted a core when the rows began.
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
    times = results.geomean([each.ratio() for each in found])
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
    """What each pass is worth on this server: more tokens prefilled and more time without it."""
    apart = (BY_HAND, SORTED, FEW, COMPILED)
    names = dict.fromkeys(n for each in found for n in each.sides if n not in apart)
    rows: list[list[str]] = []
    for name in names:
        with_it = [each for each in found if name in each.sides]
        more = [_more(each, name) for each in with_it]
        slower = [each.sides[name].best / each.sides[COMPILED].best for each in with_it]
        most = max(zip(slower, with_it, strict=True), key=lambda pair: pair[0])
        where = f"{most[1].case.name} ({most[0]:.2f})"
        row = [name, str(len(with_it)), f"{sum(more):+,}"]
        rows.append([*row, f"{results.geomean(slower):.2f}", where])
    return results.table(
        ["without", "plans changed", "prefilled", "time over -O1", "most at"], rows
    )


def _more(found: Found, side: str) -> int:
    return found.sides[side].counts.prefilled - found.sides[COMPILED].counts.prefilled
