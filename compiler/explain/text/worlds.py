"""The workload as text: the four worlds, the sizes they were taken at, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

from .. import report as r
from .columns import WIDTH, paragraph, table
from .numbers import Numbers


def worlds(report: r.Report, numbers: Numbers, width: int) -> Iterator[str]:
    if not report.worlds and report.workload is None:
        return
    rows = report.rows or round(numbers.value("rows"))
    about = "" if report.rows else ", by the model of the workload"
    yield f"Four worlds: prefilled tokens over {rows} row{'s' if rows != 1 else ''}{about}"
    yield from worlds_table(report, width)
    shared = numbers.shared()
    if shared is not None:
        yield f"  {shared} of the prompts' tokens are shared: computed once, used again"
    yield from _sizes(report, width)


def _sizes(report: r.Report, width: int) -> Iterator[str]:
    """What the numbers were taken at, guesses marked; `--assume` changes them."""
    controls = report.workload.controls if report.workload else []
    if not controls:
        return
    shown = (f"{c.name} = {Numbers.marked(c)}" for c in controls)
    yield from paragraph("at " + ", ".join(shown), width)
    if any(c.known in ("guess", "limit") for c in controls):
        yield from paragraph(
            "`~` is a guess: `--assume NAME=COUNT` sets it, `--input rows.jsonl` takes real rows",
            width,
        )


def worlds_table(report: r.Report, width: int = WIDTH) -> Iterator[str]:
    """The four worlds as bars: predicted for rows, measured, or by the model of the workload."""
    numbers = Numbers(report)
    found = numbers.shown
    measured = any(world.measured is not None for world in found)
    sizes = [numbers.world(world) for world in found]
    most, most_bar = max(sizes), max(10, min(40, width - 50))
    rows = [("", "predicted", "measured" if measured else "", "")]
    for world, size in zip(found, sizes, strict=True):
        bar = "#" * round(most_bar * size / most) if most else ""
        told = number(world.measured) if measured else ""
        rows.append((world.name, numbers.predicted(world), told, bar))
    yield from table(rows, width)
    guessed = report.speculative
    if guessed is not None and (guessed.predicted or guessed.measured):
        beside = f", measured {number(guessed.measured)}" if measured else ""
        text = f"of `compiled`, {number(guessed.predicted)} tokens are speculative{beside}: nobody may need them"
        yield from paragraph(text, width)


def in_the_way(report: r.Report, numbers: Numbers, width: int) -> Iterator[str]:
    """Stable text behind values, and the layout that would share it."""
    if not report.inversions:
        return
    nodes = {node.id: node for node in report.nodes}
    yield "What stands in the way: stable text behind a value that changes more often"
    for each in report.inversions:
        behind, longest = nodes[each.behind], nodes[each.longest]
        line = f"line {longest.place.line}: " if longest.place else ""
        text = f"{line}{each.tokens} tokens behind {behind.text} ({behind.lifetime}); write {each.layout}"
        saved = numbers.number(each.saved.formula)
        yield from paragraph(f"{text} and save {saved} tokens over the rows", width)


def batch(report: r.Report, width: int) -> Iterator[str]:
    batch = report.batch
    if batch is None:
        return
    yield f"Order of the batch: prefilled tokens, predicted for {batch.rows:,} rows"
    if batch.as_laid_out is not None:
        rows = [
            ("with a cache that", "as given", "ordered", ""),
            _ordered("keeps everything", batch.as_laid_out, batch.ordered),
            _ordered("holds one prompt", batch.one_as_given, batch.one_ordered),
        ]
        yield from table(rows, width)
    if batch.moved:
        yield f"  {batch.moved:,} rows have their sections in another order than the plan"
    if batch.skipped:
        yield f"  skipped {batch.skipped}"


def _ordered(cache: str, given: int | None, ordered: int | None) -> tuple[str, ...]:
    saved = f"saves {1 - ordered / given:.0%}" if given and ordered is not None else ""
    return cache, number(given), number(ordered), saved


def number(number: int | None) -> str:
    return "" if number is None else f"{number:,}"
