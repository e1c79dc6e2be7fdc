"""A rule: the code under which evidence is reported, how bad it is, and the page that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...ir.diagnostic import Severity
from .finding import Cause, Evidence

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `headline` may use `{what}`, `{region}` and `{family}`.

    `severity` holds unless `by_target` has another for the target; `is_default`: on without configuration.
    `fix`: `safe`, `unsafe`, `performed` (the compiler does it) or `none`.
    """

    code: str
    name: str
    causes: tuple[Cause, ...]
    severity: Severity
    headline: str
    help: str
    is_default: bool = False
    is_opt_in: bool = False
    fix: str = "none"
    by_target: Mapping[str, Severity] = field(default_factory=dict)

    def severity_for(self, evidence: Evidence, target: str) -> Severity:
        """How bad a piece of evidence is under a target."""
        base = self.by_target.get(evidence.target or target, self.severity)
        if evidence.is_mild and base is ERROR:
            return WARNING
        return base

    def headline_for(self, evidence: Evidence) -> str:
        """What is wrong, with the cost."""
        words = self.headline.format(
            what=evidence.what, region=evidence.region, family=evidence.family
        )
        return words + cost_words(evidence)


def cost_words(evidence: Evidence) -> str:
    """What a problem costs, as the end of a headline."""
    loss = evidence.loss
    if loss is None or (not loss.tokens and not loss.more):
        return ""
    about = "" if loss.is_exact else "about "
    known = f"{about}{loss.tokens:,} tokens" if loss.tokens else ""
    lost = " and ".join(part for part in (known, loss.more) if part)
    of = f" of {loss.prefix:,}" if loss.prefix > loss.tokens > 0 and not loss.more else ""
    calls = f" in each of {loss.calls:,} calls" if loss.calls > 1 else " per call"
    return f" (loses {lost}{of}{calls})"
