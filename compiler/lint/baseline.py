"""The baseline: findings that were there when lint was introduced, so that only new ones fail.

A finding is known by its identity (rule, family, symbol at the origin), not by its line. Of several with one
identity as many are known as the file says.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ..console.outputs import write_file
from .finding import Finding


def write_baseline(path: Path, findings: Iterable[Finding]) -> int:
    """Write the findings of a first run; how many there are."""
    held = list(findings)
    entries = [
        {
            "identity": identity,
            "count": count,
            "code": finding.code,
            "where": finding.evidence.origin.file,
        }
        for identity, count in sorted(Counter(f.identity for f in held).items())
        for finding in [next(f for f in held if f.identity == identity)]
    ]
    write_file(path, json.dumps({"version": 1, "findings": entries}, indent=1) + "\n")
    return len(held)


def new_findings(path: Path, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that the baseline doesn't know. Raises OSError, ValueError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        known = Counter({entry["identity"]: entry["count"] for entry in data["findings"]})
    except (KeyError, TypeError) as error:
        raise ValueError(f"`{path}` is no baseline") from error
    found: list[Finding] = []
    for finding in findings:
        if known[finding.identity] > 0 and finding.code != "PFX900":
            known[finding.identity] -= 1
        else:
            found.append(finding)
    return found
