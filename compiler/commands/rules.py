"""`sglc rules`: the rules of lint."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from ..console.terminal import put
from ..lint.rules import RULES


def rules(*, as_json: Annotated[bool, Parameter(name="--json", negative=())] = False) -> int:
    """List the rules of lint; `sglc rule CODE` prints the page of one.

    Parameters
    ----------
    as_json
        As data.
    """
    if as_json:
        rows = [
            {
                "code": r.code,
                "name": r.name,
                "severity": r.severity.value,
                "default": r.is_default,
                "fix": r.fix,
            }
            for r in RULES
        ]
        put(json.dumps(rows, indent=1))
        return 0
    for rule in RULES:
        mark = "default" if rule.is_default else "preview"
        put(f"{rule.code}  {rule.severity.value:7}  {mark}  {rule.name}")
    return 0
