"""Findings as SARIF 2.1.0: rules with their pages, code flows from origin to sink, fingerprints, fixes."""

from __future__ import annotations

import json
from typing import Any

from sglc import __version__

from ..finding import Finding, Fix, Place
from ..rules import BY_CODE, page_of
from ..run import Result
from .data import redacted

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def sarif(result: Result, redact: bool = True) -> str:
    """A whole run."""
    codes = sorted({finding.code for finding in result.findings})
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "sglc lint",
                "version": __version__,
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes, result, redact) for finding in result.findings],
        "invocations": [
            {
                "executionSuccessful": not result.failed,
                "toolExecutionNotifications": [
                    {
                        "level": "note",
                        "message": {"text": f"not followed: {gap.why}"},
                        "locations": [_location(gap.place)],
                    }
                    for gap in result.gaps
                ],
            }
        ],
    }
    return (
        json.dumps(
            {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2
        )
        + "\n"
    )


def _rule(code: str) -> dict[str, Any]:
    rule = BY_CODE[code]
    page = page_of(code)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "fullDescription": {
            "text": page.partition("## What it does\n")[2].partition("\n\n")[0].replace("\n", " ")
        },
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity.value]},
    }


def _result(finding: Finding, codes: list[str], result: Result, redact: bool) -> dict[str, Any]:
    evidence = finding.evidence
    headline = redacted(finding.headline) if redact else finding.headline
    made: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity.value],
        "message": {"text": headline + "".join(f". {help}" for help in finding.helps)},
        "locations": [_location(evidence.origin)],
        "relatedLocations": [_location(evidence.sink, "reaches the model here")],
        "partialFingerprints": {"sglcIdentity/v1": finding.identity},
        "codeFlows": [{"threadFlows": [{"locations": _flow(finding)}]}],
        "properties": {"family": evidence.family, "also": list(finding.also)},
    }
    if evidence.loss is not None:
        made["properties"] |= {"tokensPerCall": evidence.loss.tokens, "calls": evidence.loss.calls}
    if evidence.fix is not None and not (redact and _quotes(evidence.fix)):
        made["fixes"] = [_fix(evidence.fix, result)]
    return made


def _flow(finding: Finding) -> list[dict[str, Any]]:
    evidence = finding.evidence
    steps = [
        (evidence.origin, "comes from here"),
        *((p, "goes on here") for p in evidence.path),
        (evidence.sink, "reaches the model here"),
    ]
    return [{"location": _location(place, text)} for place, text in steps if place.file]


def _location(place: Place, text: str = "") -> dict[str, Any]:
    region = {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)}
    if place.end_line >= place.line and place.end_column > 0:
        region |= {"endLine": place.end_line, "endColumn": max(place.end_column, 1)}
    made: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}
    }
    if text:
        made["message"] = {"text": text}
    return made


def _uri(file: str) -> str:
    from urllib.parse import quote

    return quote(file.replace("\\", "/"))


def _quotes(fix: Fix) -> bool:
    """Whether a fix writes text that may be part of a prompt."""
    return any(mark in edit.text for edit in fix.edits for mark in "'\"")


def _fix(fix: Fix, result: Result) -> dict[str, Any]:
    texts = {file.name: file.text for file in result.files}
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        text = texts.get(edit.file, "")
        region = _region(text, edit.start, edit.end)
        changes.setdefault(edit.file, []).append(
            {"deletedRegion": region, "insertedContent": {"text": edit.text}}
        )
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(file)}, "replacements": replacements}
            for file, replacements in changes.items()
        ],
    }


def _region(text: str, start: int, end: int) -> dict[str, int]:
    def at(offset: int) -> tuple[int, int]:
        line = text.count("\n", 0, offset) + 1
        return line, offset - (text.rfind("\n", 0, offset) + 1) + 1

    (line, column), (end_line, end_column) = at(start), at(end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
