"""Findings as plain data: what the JSON formats write, and what others are made from."""

from __future__ import annotations

import re
from typing import Any

from ..finding import Evidence, Finding, Place
from ..run import Result


def place_data(place: Place) -> dict[str, Any]:
    """A place; lines and columns count from 1, ends are exclusive."""
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line or place.line,
        "end_column": place.end_column or place.column,
    }


def finding_data(finding: Finding, redact: bool = True) -> dict[str, Any]:
    """A finding. Redacted, it holds no text of prompts and no literals of code."""
    evidence = finding.evidence
    return {
        "code": finding.code,
        "also": list(finding.also),
        "severity": finding.severity.value,
        "headline": finding.headline if not redact else redacted(finding.headline),
        "cause": evidence.cause.name.lower(),
        "family": evidence.family,
        "origin": place_data(evidence.origin),
        "sink": place_data(evidence.sink),
        "path": [place_data(place) for place in evidence.path],
        "cost": _cost(evidence),
        "target": evidence.target,
        "help": list(finding.helps),
        "notes": [] if redact else list(finding.notes),
        "identity": finding.identity,
    }


def _cost(evidence: Evidence) -> dict[str, Any] | None:
    loss = evidence.loss
    if loss is None:
        return None
    return {
        "tokens_per_call": loss.tokens,
        "and": loss.more,
        "calls": loss.calls,
        "total": loss.total,
        "exact": loss.is_exact,
    }


def redacted(text: str) -> str:
    """A message without what stands in quotes: text of prompts may be secret, names of functions are not."""
    return re.sub(r"\"[^\"`]*\"|'[^'`]*'", '"..."', text)


def result_data(result: Result, redact: bool = True) -> dict[str, Any]:
    """A whole run."""
    return {
        "version": 1,
        "tokens": result.counter,
        "findings": [finding_data(finding, redact) for finding in result.findings],
        "not_followed": [{"where": place_data(gap.place), "why": gap.why} for gap in result.gaps],
        "facts": list(result.facts),
    }
