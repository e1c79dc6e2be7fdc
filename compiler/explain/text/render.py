"""A report as text: the prefix tree, the waves, the calls, the worlds and what the passes did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from .. import report as r

TEXT_WIDTH = 52
LONG = 20
"""A part of a formula that is longer, and that comes again, is named once."""

_OPENS = re.compile(r"<\|im_start\|>(\w+)\n|<\|start_header_id\|>(\w+)<\|end_header_id\|>\n*")
_CLOSES = re.compile(r"<\|(?:im_end|eot_id)\|>\n?")
_ROUND = re.compile(r"\bi(\d+)\b")
_PARTS = re.compile(r"\((?:[^()]|\([^()]*\))*\)")


def render(report: r.Report, why: bool = False) -> str:
    """The whole report as text."""
    sections = [
        _head(report),
        _tree(report),
        _waves(report),
        _calls(report),
        _groups(report),
        _ahead(report),
        _worlds(report),
        _batch(report),
        _priced(report),
        _measured(report),
        _passes(report, why),
    ]
    return "\n\n".join("\n".join(lines) for lines in map(list, sections) if lines) + "\n"


def _head(report: r.Report) -> Iterator[str]:
    about = " (estimated: every number is approximate)" if report.target.approximate else ""
    yield f"{report.source or report.entry}  program {report.entry}  -O{report.level}"
    yield f"for {report.target.name}{about}"
    if report.target.whole_render:
        yield "the chat template does not compose: every call renders its conversation whole"


def _tree(report: r.Report) -> Iterator[str]:
    free = "; * is in sections that a batch may order" * any(node.free for node in report.nodes)
    yield f"Prefix tree: tokens, lifetime, text; `~` is an estimate, |x| the tokens of a value{free}"
    calls = {call.family: call for call in report.calls}
    depths = {node.id: node.depth for node in report.nodes}
    for node in report.nodes:
        if node.kind == "root" and not node.tokens.number:
            continue
        indent = _branch(node, depths) + "* " * node.free
        yield f"{_size(node):>14}  {node.lifetime:8}{indent}{_shown(node)}{_askers(node, calls)}"


def _branch(node: r.Node, depths: dict[int, int]) -> str:
    """Where a node stands: behind the last one, or the first of a branch."""
    if not node.depth:
        return ""
    is_first = node.depth > depths.get(node.parent, 0)
    return "   " * (node.depth - 1) + ("+- " if is_first else "|  ")


def _size(node: r.Node) -> str:
    if node.kind == "join":
        return ""
    return node.tokens.text if node.exact or node.tokens.number is None else f"~{node.tokens.text}"


def _shown(node: r.Node) -> str:
    match node.kind:
        case "join" if node.text:
            where = f" at line {node.place.line}" if node.place else ""
            return f"loop, {node.text} times{where}"
        case "join":
            return "paths meet"
        case "gen" | "select":
            return f"<- {node.text or node.kind}"
        case "insert" | "image":
            return node.text
        case _:
            return quoted(readable(node.text))


def readable(text: str) -> str:
    """A text with the markers of turns as a person reads them: `[user] ... [end]`."""
    return _CLOSES.sub("[end] ", _OPENS.sub(lambda found: f"[{found[1] or found[2]}] ", text))


def quoted(text: str, width: int = TEXT_WIDTH) -> str:
    """A text on one line, shortened in the middle."""
    shown = text.replace("\n", "\\n")
    if len(shown) > width:
        shown = shown[: width // 2 - 1] + " .. " + shown[-(width // 2 - 3) :]
    return f'"{shown}"'


def _askers(node: r.Node, calls: dict[int, r.Call]) -> str:
    names = [calls[family].name for family in node.families]
    return f"   => {', '.join(names)}" if names else ""


def _waves(report: r.Report) -> Iterator[str]:
    calls = {call.family: call for call in report.calls}
    programs = list(dict.fromkeys(call.program for call in report.calls))
    yield "Waves: calls that can run together; * is on the longest chain"
    for wave, families in enumerate(report.waves):
        for program in programs:
            members = [calls[f] for f in families if calls[f].program == program]
            if members:
                prefix = f"{program}: " if len(programs) > 1 else ""
                yield f"{wave:>4}  {prefix}{', '.join(map(_member, members))}"


def _member(call: r.Call) -> str:
    star = "*" if call.on_critical_path else ""
    samples = f" n={call.samples}" if call.samples > 1 else ""
    times = f" ({call.times})" if call.times != "once" else ""
    return f"{call.name}{star}{samples}{times}"


def _calls(report: r.Report) -> Iterator[str]:
    yield "Calls: predicted tokens, given an empty cache"
    rows = [("call", "line", "prompt", "cached", "prefilled", "")]
    for call in report.calls:
        line = str(call.place.line) if call.place else call.site
        for at, ending in enumerate(call.endings):
            name, prompt = (call.name, call.prompt.text) if at == 0 else ("", "")
            when = "" if ending.when == "always" else ending.when
            rows.append(
                (
                    name,
                    line if at == 0 else "",
                    prompt,
                    ending.cached.text,
                    ending.prefilled.text,
                    when,
                )
            )
    parts = _repeated(cell for row in rows for cell in row)
    yield from table([tuple(_with_names(cell, parts) for cell in row) for row in rows])
    for part, name in parts.items():
        yield f"  {name} = {part[1:-1]}"
    lines = {line for row in rows for cell in row for line in _ROUND.findall(cell)}
    for line in sorted(lines, key=int):
        yield f"  i{line} = the rounds before this one of the loop at line {line}"


def _repeated(cells: Iterable[str]) -> dict[str, str]:
    """Names for the long parts of formulas that stand in several places."""
    counts = Counter(part for cell in cells for part in _PARTS.findall(cell) if len(part) > LONG)
    often = [part for part, count in counts.items() if count > 1]
    return dict(zip(often, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=False))


def _with_names(cell: str, parts: Mapping[str, str]) -> str:
    for part, name in parts.items():
        cell = cell.replace(part, name)
    return cell


def table(rows: list[tuple[str, ...]], indent: str = "  ") -> Iterator[str]:
    """Rows as aligned columns; the first row is the head."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield (indent + "  ".join(cells)).rstrip()


def _groups(report: r.Report) -> Iterator[str]:
    if not report.groups:
        return
    calls = {call.family: call for call in report.calls}
    yield "Groups: a prefix that is sent once, before the calls that share it"
    for group in report.groups:
        names = ", ".join(calls[family].name for family in group.families)
        yield f"  {group.shared.text} tokens, then {names}"


def _ahead(report: r.Report) -> Iterator[str]:
    warmed = [node for node in report.nodes if node.warmed]
    if not warmed:
        return
    guesses = any(node.warmed == "speculative" for node in warmed)
    about = "; `speculative`: on idle slots, and nobody may need it" if guesses else ""
    yield f"Sent ahead: computed before a call asks about it{about}"
    for node in warmed:
        fresh = f"{node.ahead.fresh.text} tokens" if node.ahead else "?"
        where = f"line {node.place.line}" if node.place else ""
        yield f"  {node.warmed:11}  {fresh}, up to {_shown(node)}  {where}".rstrip()


def _worlds(report: r.Report) -> Iterator[str]:
    if not report.worlds:
        return
    yield f"Four worlds: prefilled tokens over {report.rows} row{'s' if report.rows != 1 else ''}"
    yield from worlds_table(report)


def worlds_table(report: r.Report) -> Iterator[str]:
    """The four worlds as bars, predicted and measured."""
    measured = any(world.measured is not None for world in report.worlds)
    most = max((world.predicted or world.measured or 0) for world in report.worlds)
    rows = [("", "predicted", "measured" if measured else "", "")]
    for world in report.worlds:
        known = world.predicted if world.predicted is not None else world.measured or 0
        bar = "#" * round(40 * known / most) if most else ""
        rows.append(
            (world.name, _number(world.predicted), _number(world.measured) if measured else "", bar)
        )
    yield from table(rows)
    guessed = report.speculative
    if guessed is not None and (guessed.predicted or guessed.measured):
        beside = f", measured {_number(guessed.measured)}" if measured else ""
        yield f"  of `compiled`, {_number(guessed.predicted)} tokens are speculative{beside}: nobody may need them"


def _number(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _batch(report: r.Report) -> Iterator[str]:
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
        yield from table(rows)
    if batch.moved:
        yield f"  {batch.moved:,} rows have their sections in another order than the plan"
    if batch.skipped:
        yield f"  skipped {batch.skipped}"


def _ordered(cache: str, given: int | None, ordered: int | None) -> tuple[str, ...]:
    saved = f"saves {1 - ordered / given:.0%}" if given and ordered is not None else ""
    return cache, _number(given), _number(ordered), saved


def _priced(report: r.Report) -> Iterator[str]:
    if not report.priced:
        return
    runs = f"{report.rows} row{'s' if report.rows != 1 else ''}" if report.rows else "one run"
    yield f"Input of {runs} under the rules of serving systems; cost in units of an uncached input token"
    if report.one_run is not None:
        yield from _one_run(report.one_run)
    rows = [("target", "prompt", "cached", "written", "cost", "of stateless", "as of")]
    for each in report.priced:
        share = f"{each.cost / each.prompt:.0%}" if each.prompt else ""
        rows.append(
            (each.target, f"{each.prompt:,}", f"{each.cached:,}", f"{each.written:,}",
             f"{each.cost:,.1f}", share, each.date)
        )  # fmt: skip
    yield from table(rows)


def _one_run(one: r.OneRun) -> Iterator[str]:
    """What a run comes to as a formula, and what the numbers below take for granted."""
    yield f"  prompts  {one.prompt.text}"
    yield f"  cached   {one.cached.text}"
    yield "  cost     (prompts - cached - written) + read price x cached + write price x written"
    if one.perhaps:
        yield "  an upper bound: what happens perhaps is taken to happen"
    if one.assumed:
        sizes = ", ".join(f"{name} = {size:,}" for name, size in one.assumed.items())
        yield f"  numbers are for a SAMPLE SIZE: {sizes}"
        yield "  `--assume NAME=COUNT` changes it, and `--input rows.jsonl` takes real rows"
    elif not one.perhaps:
        yield "  exact: nothing depends on a value"


def _measured(report: r.Report) -> Iterator[str]:
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
    yield from table(rows)


def _passes(report: r.Report, why: bool) -> Iterator[str]:
    if not report.passes:
        return
    yield "Passes"
    for run in report.passes:
        state = f"{run.ops_before} -> {run.ops_after} ops" if run.changed else "unchanged"
        yield f"  {run.name:16} {state:18} {run.milliseconds:6.1f} ms"
    wanted = ("did", "declined", "suggests", "warns") if why else ("did", "warns")
    remarks = [remark for remark in report.remarks if remark.action in wanted]
    if remarks:
        yield ""
        yield from _remarks(remarks)


def _remarks(remarks: Iterable[r.Remark]) -> Iterator[str]:
    """Remarks, those that say the same in one line with all their places."""
    lines: dict[tuple[str, str, str, str], list[r.Remark]] = {}
    for remark in remarks:
        lines.setdefault((remark.pass_name, remark.action, remark.what, remark.why), []).append(
            remark
        )
    for (name, action, what, why), same in lines.items():
        places = sorted({remark.place.line for remark in same if remark.place})
        where = (
            f"line{'s' if len(places) > 1 else ''} {', '.join(map(str, places))}: "
            if places
            else ""
        )
        tokens = sum(remark.tokens for remark in same)
        yield f"  {name} {action}: {where}{what}" + (f" ({tokens} tokens)" if tokens else "")
        if why:
            yield f"    because {why}"
