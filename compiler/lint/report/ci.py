"""Findings for code hosts: annotations of GitHub, the quality report of GitLab, a table for a comment."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from ..finding import Finding
from ..run import Result
from .data import redacted

_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}
_GITLAB = {"error": "major", "warning": "minor", "info": "info"}


def github(result: Result, redact: bool = True) -> str:
    """Workflow commands, which GitHub shows beside the lines."""
    return "".join(_command(finding, redact) for finding in result.findings)


def _command(finding: Finding, redact: bool) -> str:
    place = finding.evidence.origin
    where = f"file={_property(place.file)},line={place.line},col={place.column},endLine={place.end_line or place.line}"
    title = _property(f"sglc {finding.code}")
    text = _message(f"{_headline(finding, redact)}. {'; '.join(finding.helps)}")
    return f"::{_GITHUB[finding.severity.value]} {where},title={title}::{text}\n"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _headline(finding: Finding, redact: bool) -> str:
    return redacted(finding.headline) if redact else finding.headline


def gitlab(result: Result, redact: bool = True) -> str:
    """GitLab's code quality report."""
    entries: list[dict[str, Any]] = [
        {
            "description": _headline(finding, redact),
            "check_name": finding.code,
            "fingerprint": finding.identity,
            "severity": _GITLAB[finding.severity.value],
            "location": {
                "path": finding.evidence.origin.file,
                "lines": {"begin": finding.evidence.origin.line},
            },
        }
        for finding in result.findings
    ]
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


MOST_ROWS = 40


def markdown(result: Result, redact: bool = True) -> str:
    """A comment for a pull request: what would cost how much, and what to do."""
    count = Counter(finding.severity.value for finding in result.findings)
    head = ", ".join(
        f"{count[name]} {name}{'s' if count[name] != 1 else ''}"
        for name in ("error", "warning", "info")
        if count[name]
    )
    lines = [f"### Prompt prefixes: {head or 'no findings'}", ""]
    if result.findings:
        lines += ["| | where | what | tokens lost per call |", "|---|---|---|---:|"]
        lines += [_row(finding, redact) for finding in result.findings[:MOST_ROWS]]
        lines += [_rest(result)] if len(result.findings) > MOST_ROWS else []
        lines += ["", *_helps(result)]
    if result.gaps:
        lines += [
            "",
            "Not followed: " + "; ".join(f"`{gap.place}` ({gap.why})" for gap in result.gaps[:10]),
        ]
    lines += [""] + [f"- {fact}" for fact in result.facts]
    return "\n".join(lines).rstrip() + "\n"


def _row(finding: Finding, redact: bool) -> str:
    place = finding.evidence.origin
    what = _headline(finding, redact).partition(" (loses")[0].replace("|", "\\|").replace("\n", " ")
    loss = finding.evidence.loss
    parts = [f"{loss.tokens:,}" if loss and loss.tokens else "", loss.more if loss else ""]
    mark = {"error": "**error**", "warning": "warning", "info": "info"}[finding.severity.value]
    lost = " + ".join(part for part in parts if part) or "-"
    return f"| {mark} {finding.code} | `{place.file}:{place.line}` | {what} | {lost} |"


def _rest(result: Result) -> str:
    return f"| | | and {len(result.findings) - MOST_ROWS} more | |"


def _helps(result: Result) -> list[str]:
    known = dict.fromkeys(
        (finding.code, finding.helps[0]) for finding in result.findings if finding.helps
    )
    return [f"- {code}: {help}" for code, help in known]
