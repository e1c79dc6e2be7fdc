"""A program that is served: its plan, its signature as JSON schemas, and what it shares, all made beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...plan.schema import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One program. `takes` and `gives` are the JSON schemas of its arguments and result, `explained` what it shares.

    `defaults` are arguments that the plan does not know the value of. `hides` are fields of the result that are not
    told.
    """

    name: str
    plan: Plan
    takes: Mapping[str, Any]
    gives: Mapping[str, Any]
    doc: str = ""
    hosts: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    hides: frozenset[str] = frozenset()
    explained: Mapping[str, bytes] = field(default_factory=dict)

    def result(self, value: Any) -> Any:
        """The result as clients are told it."""
        if not self.hides or not isinstance(value, dict):
            return value
        return {name: each for name, each in value.items() if name not in self.hides}
