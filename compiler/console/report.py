"""Diagnostics as text: `full` with code frames, `concise` one line each, `json` for machines.

Renderers are pure functions of the diagnostics, so that goldens, terminals and reports agree. Colour
is added only where the caller asks for it.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from ...ir.diagnostic import Diagnostic, Label, Severity
from ...ir.span import Source, Span
from ...runtime.shown import plain
from ...runtime.shown import shown as safe

FORMATS = ("full", "concise", "json")
MAX_LINE = 110
"""Columns of a source line that are shown; longer lines are cut around what is underlined."""

TAB = 4
_COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
_HELP, _PLACE, _BOLD = "1;36", "36", "1"


def render(diagnostics: Sequence[Diagnostic], format: str = "full", *, color: bool = False) -> str:
    """All diagnostics as one text. `NO_COLOR` wins over `color`."""
    if format == "json":
        return json.dumps([as_json(d) for d in diagnostics], ensure_ascii=False, indent=2)
    if format == "concise":
        return "\n".join(plain(concise(d)) for d in diagnostics)
    paint = _Paint(color and not os.environ.get("NO_COLOR"))
    blocks = [_full(d, paint) for d in diagnostics]
    return "\n\n".join([*blocks, summary(diagnostics)]) if blocks else ""


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`Found 2 errors, 1 warning`."""
    counts = {severity: 0 for severity in Severity}
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
    parts = [
        f"{count} {severity.value}{'s' if count > 1 and severity is not Severity.INFO else ''}"
        for severity, count in counts.items()
        if count
    ]
    return "Found " + ", ".join(parts)


def concise(diagnostic: Diagnostic) -> str:
    """`path:line:col: error[SGL0104] headline`."""
    where = f"{diagnostic.span}: " if diagnostic.span else ""
    return f"{where}{diagnostic.severity.value}[{diagnostic.code}] {diagnostic.headline}"


def as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as JSON data; lines and columns count from 1, ends are exclusive."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "headline": diagnostic.headline,
        "labels": [_label_json(label) for label in diagnostic.labels],
        "helps": list(diagnostic.helps),
        "notes": list(diagnostic.notes),
    }


def _label_json(label: Label) -> dict[str, Any]:
    line, column = label.span.source.position(label.span.start)
    end_line, end_column = label.span.source.position(label.span.end)
    return {
        "file": label.span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "text": label.text,
        "primary": label.primary,
    }


# --- frames ---------------------------------------------------------------------------------------


class _Paint:
    """Wraps words in terminal colours, or leaves them alone."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._enabled and text else text


def _full(diagnostic: Diagnostic, paint: _Paint) -> str:
    style = _COLORS[diagnostic.severity]
    name = paint(f"{diagnostic.severity.value}[{diagnostic.code}]", style)
    lines = [f"{name}: {paint(safe(diagnostic.headline), _BOLD)}"]
    lines += _frames(diagnostic, style, paint)
    lines += [f"{paint('note', _BOLD)}: {safe(note)}" for note in diagnostic.notes]
    lines += [f"{paint('help', _HELP)}: {safe(help)}" for help in diagnostic.helps]
    return "\n".join(lines)


def _frames(diagnostic: Diagnostic, style: str, paint: _Paint) -> list[str]:
    """The code frames, the primary label's source first."""
    labels = sorted(diagnostic.labels, key=lambda label: not label.primary)
    width = max((len(str(_line_of(label.span))) for label in labels), default=1)
    sources: dict[Source, list[Label]] = {}
    for label in labels:
        sources.setdefault(label.span.source, []).append(label)
    lines: list[str] = []
    for number, (source, found) in enumerate(sources.items()):
        arrow = paint("-->" if number == 0 else ":::", _PLACE)
        lines.append(f"{' ' * width}{arrow} {paint(plain(str(found[0].span)), _PLACE)}")
        lines += _frame(source, found, width, style, paint)
    return lines


def _frame(source: Source, labels: list[Label], width: int, style: str, paint: _Paint) -> list[str]:
    """One source's lines with what is underlined in them."""
    bar = paint("|", _PLACE)
    lines = [f"{' ' * width} {bar}"]
    previous = 0
    for label in sorted(labels, key=lambda each: (_line_of(each.span), not each.primary)):
        number = _line_of(label.span)
        shown, start, length = _window(source, label.span, number)
        if number != previous:
            if previous and number > previous + 1:
                lines.append(paint("...", _PLACE))
            lines.append(f"{paint(f'{number:>{width}}', _PLACE)} {bar} {shown}".rstrip())
        previous = number
        mark = ("^" if label.primary else "-") * length
        marked = paint(f"{mark} {safe(label.text)}".rstrip(), style if label.primary else _PLACE)
        lines.append(f"{' ' * width} {bar} {' ' * start}{marked}")
    return lines


def _line_of(span: Span) -> int:
    return span.source.position(span.start)[0]


def _window(source: Source, span: Span, number: int) -> tuple[str, int, int]:
    """A line as it is shown, the columns before the underlined part, and how many are underlined."""
    text = source.line(number).rstrip("\r")
    begin = span.start - source.line_starts[number - 1]
    end = max(min(span.end - source.line_starts[number - 1], len(text)), begin)
    before, marked, after = (_visible(part) for part in (text[:begin], text[begin:end], text[end:]))
    if _columns(before) + _columns(marked) > MAX_LINE:
        keep = max(MAX_LINE - min(_columns(marked), MAX_LINE - 20) - 10, 10)
        before = "..." + before[-keep:] if len(before) > keep else before
        marked = marked[: MAX_LINE - 20]
    room = max(MAX_LINE - _columns(before) - _columns(marked), 0)
    after = after if _columns(after) <= room else after[: max(room - 3, 0)] + "..."
    return before + marked + after, _columns(before), max(_columns(marked), 1)


def _visible(text: str) -> str:
    """Text with tabs and control characters replaced by what takes the columns that we count."""
    text = text.replace("\t", " " * TAB)
    return "".join(c if c.isprintable() or c == " " else "\N{REPLACEMENT CHARACTER}" for c in text)


def _columns(text: str) -> int:
    """The columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
