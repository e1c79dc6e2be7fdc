"""`sglc targets`: what serving systems' prefix caches do, as dated data with sources."""

from __future__ import annotations

from typing import Literal

import msgspec

from ...ir.target.rules import Rules, all_rules
from ..console.terminal import put, write_out
from ..explain.text.columns import table


def targets(name: str | None = None, *, format: Literal["text", "json"] = "text") -> int:
    """List what serving systems' prefix caches do, or all that is known of one.

    Parameters
    ----------
    name
        The target whose facts and sources are printed.
    format
        How it is shown.
    """
    from ..explain.priced import find_rules

    found = tuple(all_rules().values()) if name is None else (find_rules(name),)
    if format == "json":
        data = msgspec.json.format(msgspec.json.encode(found), indent=1)
        write_out(data + b"\n")
    elif name is None:
        put("\n".join(table([HEAD, *map(_row, found)], 120, 0)))
        put(
            "\nprices in units of an uncached input token; `sglc targets NAME` prints facts and sources"
        )
    else:
        put("\n".join(_page(found[0])))
    return 0


HEAD = ("target", "match", "least", "marks", "read", "write", "lifetime", "as of")


def _row(rules: Rules) -> tuple[str, ...]:
    price = rules.price
    return (
        rules.name,
        _match(rules),
        str(rules.minimum or "-"),
        str(rules.breakpoints.limit) if rules.breakpoints else "-",
        f"{price.read:g}" if price else "-",
        f"{price.write:g}" if price else "-",
        rules.lifetime if len(rules.lifetime) <= 40 else rules.lifetime[:38] + "..",
        rules.date,
    )


def _match(rules: Rules) -> str:
    if rules.granularity == 0:
        return "at marks" if rules.breakpoints else "in units"
    return "per token" if rules.granularity == 1 else f"{rules.granularity} tokens"


def _page(rules: Rules) -> list[str]:
    lines = [f"{rules.name}: {rules.title}, as of {rules.date}", ""]
    lines += list(table([HEAD, _row(rules)], 120))
    for model, least in rules.minimums.items():
        lines.append(f"  at least {least} tokens for {model}")
    if rules.order:
        lines.append(f"  order on the wire: {', '.join(rules.order)}")
    lines.append("")
    for fact in rules.facts:
        lines += [f"  {fact.text}", f"    {fact.certainty}: {fact.source}"]
    return lines
