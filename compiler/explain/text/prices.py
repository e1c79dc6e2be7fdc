"""What a run costs and what it measured, as text."""

from __future__ import annotations

from collections.abc import Iterator

from .. import report as r
from .calls import bare, repeated, with_names
from .columns import paragraph, table


def priced(report: r.Report, width: int) -> Iterator[str]:
    if not report.priced:
        return
    runs = f"{report.rows} row{'s' if report.rows != 1 else ''}" if report.rows else "one run"
    about = "cost in uncached input tokens, or in computed ones where there is no price"
    yield f"Input of {runs} under the rules of serving systems; {about}"
    if report.one_run is not None:
        yield from _one_run(report.one_run, width)
    rows = [("target", "prompt", "cached", "written", "cost", "in", "of stateless", "as of")]
    is_guessed = report.one_run is not None and bool(report.one_run.assumed)
    rows += [_account(each, is_guessed) for each in report.priced]
    yield from table(rows, width)
    for each in report.priced:
        yield from _marks(each, report, width)


def _marks(priced: r.Priced, report: r.Report, width: int) -> Iterator[str]:
    """Where a service is told to cache, at most four places of each request."""
    if not priced.marks:
        return
    yield f"Marks for {priced.title}: what writing them costs and what finding them saves, in input tokens"
    nodes = {node.id: node for node in report.nodes}
    rows = [("behind", "line", "tokens", "written", "found by", "cost", "saved")]
    for mark in priced.marks:
        node = nodes.get(mark.node)
        text, line = (node.text, str(node.place.line) if node.place else "") if node else ("", "")
        counts = (f"{mark.tokens:,}", f"{mark.written:,}", f"{mark.reads:,}")
        rows.append((_short(text), line, *counts, f"{mark.cost:+,.1f}", f"{-mark.saved:+,.1f}"))
    yield from table(rows, width)


def _short(text: str, most: int = 24) -> str:
    """The end of a text, which is where a mark stands."""
    shown = " ".join(text.split())
    return shown if len(shown) <= most else f"... {shown[-most:]}"


def _account(each: r.Priced, is_guessed: bool) -> tuple[str, ...]:
    """What one system makes of the input. A `~` stands before what is for a sample size."""
    share = f"{each.cost / each.prompt:.0%}" if each.prompt else ""
    mark = "~" if is_guessed else ""
    numbers = [
        f"{mark if size else ''}{size:{form}}"
        for size, form in (
            (each.prompt, ","),
            (each.cached, ","),
            (each.written, ","),
            (each.cost, ",.1f"),
        )
    ]
    return (each.target, *numbers, each.unit, f"{mark if share else ''}{share}", each.date)


def _one_run(one: r.OneRun, width: int) -> Iterator[str]:
    """What a run comes to as a formula, and what the numbers below take for granted."""
    parts = repeated([one.prompt.text, one.cached.text])
    yield from paragraph(f"prompts  {with_names(one.prompt.text, parts)}", width, 2, 9)
    yield from paragraph(f"cached   {with_names(one.cached.text, parts)}", width, 2, 9)
    for part, name in parts.items():
        yield from paragraph(f"{name:8} {bare(part)}", width, 2, 9)
    formula = "(prompts - cached - written) + read price x cached + write price x written"
    yield from paragraph(f"cost     {formula}; without a price prompts - cached", width, 2, 9)
    if one.perhaps:
        yield "  an upper bound: what happens perhaps is taken to happen"
    if one.assumed:
        sizes = ", ".join(f"{name} = {size:,}" for name, size in one.assumed.items())
        yield from paragraph(f"numbers are for a SAMPLE SIZE: {sizes}", width)
        yield "  `--assume NAME=COUNT` changes it, and `--input rows.jsonl` takes real rows"
    elif not one.perhaps:
        yield "  exact: nothing depends on a value"


def measured(report: r.Report, width: int) -> Iterator[str]:
    if not report.measured:
        return
    yield f"Measured on {report.backend}: cached tokens beside their prediction, times in ms"
    rows = [
        (
            "row",
            "call",
            "prompt",
            "predicted",
            "cached",
            "prefilled",
            "out",
            "queue",
            "prefill",
            "decode",
            "",
        )
    ]
    for call in report.measured:
        rows.append(
            (
                str(call.row),
                call.name,
                str(call.prompt),
                "" if call.predicted is None else str(call.predicted),
                str(call.cached),
                str(call.prefilled),
                str(call.generated),
                f"{call.queue_ms:.1f}",
                f"{call.prefill_ms:.1f}",
                f"{call.decode_ms:.1f}",
                call.cause,
            )
        )
    yield from table(rows, width)
