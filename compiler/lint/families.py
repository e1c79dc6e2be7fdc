"""Families of two states of a program side by side: what changed, what shares less, what no longer shares.

The other state is the lock file, or the same files at a git revision. What is compared is what families begin
with, not lines, so that a changed helper surfaces at every program that it touches.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..console.outputs import write_file
from .finding import Cause, Evidence, Family, Loss
from .logs.differences import common, excerpt


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a family in the other state; `prefix` is None where only its digest is."""

    digest: str
    tokens: int
    heads: tuple[str, ...] = ()
    prefix: str | None = None


HEAD = 256
"""Characters of a prefix that say with whom it is shared."""


def held_of(families: Iterable[Family], with_text: bool = True) -> dict[str, Held]:
    """Families as they are held."""
    return {
        f.name: Held(f.digest, f.tokens, _heads(f), f.prefix if with_text else None)
        for f in families
    }


def _heads(family: Family) -> tuple[str, ...]:
    """Names the beginning of a prefix, at two lengths."""
    return tuple(
        replace(family, prefix=family.prefix[:n]).digest
        for n in (HEAD, 4 * HEAD)
        if len(family.prefix) >= n
    )


def write_lock(path: Path, families: Iterable[Family]) -> int:
    """Write the lock file; how many families it holds."""
    held = held_of(families, with_text=False)
    entries = {
        name: {"digest": h.digest, "tokens": h.tokens, "heads": list(h.heads)}
        for name, h in sorted(held.items())
    }
    write_file(path, json.dumps({"version": 1, "families": entries}, indent=1) + "\n")
    return len(held)


def read_lock(path: Path) -> dict[str, Held]:
    """The families of a lock file. Raises OSError, ValueError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Held(entry["digest"], entry["tokens"], tuple(entry.get("heads", ())))
            for name, entry in data["families"].items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"`{path}` is no lock file") from error


def compare(
    before: Mapping[str, Held], now: Sequence[Family], budget: int, what: str
) -> list[Evidence]:
    """Evidence of every family that differs; `what` names the other state."""
    found: list[Evidence] = []
    for family in now:
        held = before.get(family.name)
        if held is None or held.digest == family.digest or not held.tokens:
            continue
        found += _changed(held, family, budget, what)
    return found + _parted(before, now, what)


def _changed(held: Held, family: Family, budget: int, what: str) -> list[Evidence]:
    lost = held.tokens - family.tokens
    notes: tuple[str, ...] = ()
    if held.prefix is not None:
        at = common(held.prefix, family.prefix)
        notes = (
            f"first difference at byte {len(family.prefix[:at].encode(errors='replace')):,}:",
            f"before: {excerpt(held.prefix, at)}",
            f"now:    {excerpt(family.prefix, at)}",
        )
    place = replace(family.place, symbol=family.name)
    if lost > budget:
        words = f"`{family.name}` shares {family.tokens:,} tokens, and {held.tokens:,} {what}"
        return [
            Evidence(
                Cause.SHRUNK,
                place,
                place,
                words,
                loss=Loss(lost, held.tokens),
                family=family.name,
                notes=notes,
            )
        ]
    words = f"the prefix of `{family.name}` is another one than {what}"
    return [
        Evidence(
            Cause.CHANGED,
            place,
            place,
            words,
            loss=Loss(held.tokens),
            family=family.name,
            notes=notes,
        )
    ]


def _parted(before: Mapping[str, Held], now: Sequence[Family], what: str) -> list[Evidence]:
    """Pairs of families that began alike, and don't any more."""
    found: list[Evidence] = []
    current = held_of(now)
    by_head: dict[str, list[str]] = {}
    for name, held in before.items():
        if held.heads and name in current:
            by_head.setdefault(held.heads[0], []).append(name)
    places = {family.name: family.place for family in now}
    for names in by_head.values():
        heads = {current[name].heads[:1] for name in names}
        if len(names) > 1 and len(heads) > 1:
            place = replace(places[names[0]], symbol=names[0])
            words = f"{', '.join(f'`{n}`' for n in names[:4])} began alike {what}, and no longer do"
            found.append(Evidence(Cause.PARTED, place, place, words, family=names[0]))
    return found
