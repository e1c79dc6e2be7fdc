"""Findings for people: code frames at the origin and the sink, what it costs, what to do; or one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ....ir.diagnostic import Diagnostic, Label
from ....ir.span import Source, Span
from ...console.report import render
from ..finding import Finding, Gap, Place
from ..run import Result


def full(result: Result, color: bool = False) -> str:
    """All findings with code frames, then what was not followed, then the facts."""
    sources = {
        file.name: Source(file.name, file.text) for file in result.files if file.kind != "log"
    }
    found = [diagnostic_of(finding, sources) for finding in result.findings]
    blocks = [render(found, "full", color=color)] if found else []
    blocks += _tail(result)
    if not found:
        blocks.append("no findings" if not result.gaps else "no findings in what was followed")
    return "\n\n".join(block for block in blocks if block) + "\n"


def concise(result: Result) -> str:
    """One line for each finding."""
    lines = [_line(finding) for finding in result.findings]
    lines += [f"not followed: {line}" for line in unfollowed(result.gaps)]
    return "".join(f"{line}\n" for line in lines)


def _line(finding: Finding) -> str:
    also = f" (also {', '.join(finding.also)})" if finding.also else ""
    return f"{finding.evidence.origin}: {finding.severity.value}[{finding.code}] {finding.headline}{also}"


def _tail(result: Result) -> list[str]:
    blocks: list[str] = []
    if result.gaps:
        blocks.append(
            "\n".join(["not followed:", *(f"  {each}" for each in unfollowed(result.gaps))])
        )
    if result.facts:
        blocks.append("\n".join(result.facts))
    return blocks


FEW = 5
"""Places, and then files, that are named one by one; `--format json` names all."""


def unfollowed(gaps: Sequence[Gap]) -> list[str]:
    """What was not followed: place by place where it is little, else a count and the files with the most."""
    if len(gaps) <= FEW:
        return [f"{gap.place}: {gap.why}" for gap in gaps]
    files = Counter(gap.place.file for gap in gaps)
    lines = [f"{len(gaps)} places in {len(files)} files, all of them in `--format json`"]
    lines += [f"{file}: {count}" for file, count in files.most_common(FEW)]
    rest = len(files) - FEW
    return [*lines, f"and {rest} more file{'s' if rest > 1 else ''}"] if rest > 0 else lines


def diagnostic_of(finding: Finding, sources: Mapping[str, Source]) -> Diagnostic:
    """A finding as a diagnostic, so that it is shown as all others are."""
    evidence = finding.evidence
    labels = [_label(sources, evidence.origin, "comes from here", True)]
    if evidence.sink.file != evidence.origin.file or evidence.sink.line != evidence.origin.line:
        labels.append(_label(sources, evidence.sink, "reaches the model here", False))
    notes = list(finding.notes)
    if not any(labels):
        notes.insert(0, f"at {evidence.origin}")
    if finding.also:
        notes.append(f"also named by {', '.join(finding.also)}")
    if evidence.fix is not None and evidence.fix.is_safe:
        notes.append(f"`--fix` can {evidence.fix.title}")
    elif evidence.fix is not None:
        notes.append(f"`--unsafe-fixes` can {evidence.fix.title}")
    kept = tuple(label for label in labels if label is not None)
    return Diagnostic(
        finding.code, finding.headline, kept, finding.helps, tuple(notes), finding.severity
    )


def _label(sources: Mapping[str, Source], place: Place, text: str, primary: bool) -> Label | None:
    source = sources.get(place.file)
    if source is None or place.line > len(source.line_starts):
        return None
    start = source.line_starts[place.line - 1] + place.column - 1
    length = max(place.end_column - place.column, 1) if place.end_line == place.line else 1
    end = min(start + length - (1 if length > 1 else 0), len(source.text))
    return Label(Span(source, min(start, len(source.text)), max(end, start)), text, primary)
