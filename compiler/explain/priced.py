"""What a serving system's prefix cache makes of a run: cached tokens under its rules, and the price of the input.

Breakpoints stand where the plan says that later calls share a prefix; a system that matches by itself rounds
down to its blocks, and nothing shorter than its minimum is cached. A system without a price list is run by its user:
there, what counts is what it computes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Literal

from ...ir.diagnostic import CompileFailed, Diagnostic
from ...ir.target.rules import Rules, all_rules, rules_for
from ...runtime.trace.records import CallRecord, Trace
from . import report as r


def find_rules(name: str) -> Rules:
    """The rules of a target by name, `vllm:32` with a block size. Raises CompileFailed (SGL2050)."""
    try:
        return rules_for(name)
    except (KeyError, ValueError) as error:
        known = list(all_rules())
        close = difflib.get_close_matches(name, known, n=1)
        help = f"a target `{close[0]}` is there" if close else f"there are {', '.join(known)}"
        message = str(error) if isinstance(error, ValueError) else f"there is no target `{name}`"
        raise CompileFailed([Diagnostic("SGL2050", message, helps=(help,))]) from None


def priced(names: Iterable[str], trace: Trace) -> list[r.Priced]:
    """The account of a run for each target."""
    calls = [call for call in trace.calls if call.error is None]
    sent = [each for each in trace.requests if each.kind == "prefill" and each.error is None]
    return [_price(find_rules(name), calls, sent) for name in names]


def sent_ahead(rules: Rules, length: int, cached: int, written: int) -> float:
    """What a prefix that is sent ahead costs beyond the reading of it, which those who share it are charged for."""
    kept = cached_of(rules, length)
    return cost(rules, kept, cached, written) - cost(rules, kept, kept) if kept > cached else 0.0


def cost(rules: Rules, prompt: int, cached: int, written: int = 0) -> float:
    """What a prompt costs: in uncached input tokens where the system has a price, else the tokens it computes."""
    return rules.cost(prompt, cached, written) if rules.price else float(prompt - cached)


def unit(rules: Rules) -> Literal["price", "compute"]:
    """What `cost` counts."""
    return "price" if rules.price else "compute"


def cached_of(rules: Rules, shared: int) -> int:
    """What is cached of a shared prefix. A mark stands at its end, where the target has marks."""
    return rules.cached_length(shared, marks=(shared,))


def writes(rules: Rules) -> bool:
    """Whether writing to the cache has a price of its own."""
    return rules.price is not None and rules.price.write != 1.0


def _price(rules: Rules, calls: Sequence[CallRecord], sent: Sequence[CallRecord]) -> r.Priced:
    prompt = cached = written = 0
    total = 0.0
    for each in sent:
        found, kept = cached_of(rules, each.cached), cached_of(rules, len(each.prompt))
        wrote = max(0, kept - found) if writes(rules) else 0
        total, written = total + sent_ahead(rules, len(each.prompt), found, wrote), written + wrote
    for at, call in enumerate(calls):
        length = len(call.prompt)
        found = cached_of(rules, call.predicted_cached or 0)
        wrote = _written(rules, call, found, calls[at + 1 :])
        prompt, cached, written = prompt + length, cached + found, written + wrote
        total += cost(rules, length, found, wrote)
    return r.Priced(
        rules.name, rules.title, rules.date, prompt, cached, written, round(total, 1), unit(rules)
    )


def _written(rules: Rules, call: CallRecord, cached: int, later: Sequence[CallRecord]) -> int:
    """Tokens that this call writes to the cache for later ones, where writing has its price."""
    if not writes(rules):
        return 0
    ends = (
        cached_of(rules, other.predicted_cached or 0)
        for other in later
        if other.row == call.row and _continues(call, other)
    )
    return max(0, max(ends, default=0) - cached)


def _continues(call: CallRecord, other: CallRecord) -> bool:
    end = min(other.predicted_cached or 0, len(call.prompt))
    return call.prompt[:end] == other.prompt[:end]
