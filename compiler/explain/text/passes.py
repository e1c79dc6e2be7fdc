"""What the passes did, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .. import report as r
from .columns import paragraph


def passes(report: r.Report, why: bool, width: int) -> Iterator[str]:
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
        yield from _remarks(remarks, width)


def _remarks(remarks: Iterable[r.Remark], width: int) -> Iterator[str]:
    """Remarks, those that say the same in one line with all their places."""
    lines: dict[tuple[str, str, str, str], list[r.Remark]] = {}
    for remark in remarks:
        lines.setdefault((remark.pass_name, remark.action, remark.what, remark.why), []).append(
            remark
        )
    for (name, action, what, reason), same in lines.items():
        places = sorted({remark.place.line for remark in same if remark.place})
        where = (
            f"line{'s' if len(places) > 1 else ''} {', '.join(map(str, places))}: "
            if places
            else ""
        )
        tokens = sum(remark.tokens for remark in same)
        about = f" ({tokens} tokens)" if tokens else ""
        yield from paragraph(f"{name} {action}: {where}{what}{about}", width)
        if reason:
            yield from paragraph(f"because {reason}", width, 4)
