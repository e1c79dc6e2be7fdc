"""Two reports side by side: what a pass, an edit or a revision changes in what is shared."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from . import report as r
from .text.columns import WIDTH, table
from .text.numbers import Numbers

Key = tuple[str, str, int]


class Change(msgspec.Struct, frozen=True):
    """One thing that differs; None where it is on one side only."""

    what: str
    name: str
    before: str | None
    after: str | None


def compare(before: r.Report, after: r.Report) -> list[Change]:
    """Everything that differs between two reports, worlds first."""
    return [*_worlds(before, after), *_calls(before, after), *_groups(before, after)]


def render(before: r.Report, after: r.Report, names: tuple[str, str], width: int = WIDTH) -> str:
    """The differences as text."""
    changes = compare(before, after)
    head = f"from {names[0]}\nto   {names[1]}\n"
    if not changes:
        return head + "\nboth share the same: no call's prompt, cached prefix or wave differs\n"
    rows = [("", "", "from", "to")]
    rows += [(c.what, c.name, c.before or "-", c.after or "-") for c in changes]
    return head + "\n" + "\n".join(table(rows, width)) + "\n"


def _worlds(before: r.Report, after: r.Report) -> Iterator[Change]:
    left, right = Numbers(before), Numbers(after)
    numbers = {world.name: round(left.world(world)) for world in left.shown}
    for world in right.shown:
        old, new = numbers.get(world.name), round(right.world(world))
        if old is not None and old != new:
            yield Change("prefilled", world.name, f"{old:,}", f"{new:,} ({new - old:+,})")


def _calls(before: r.Report, after: r.Report) -> Iterator[Change]:
    left, right = dict(_keyed(before)), dict(_keyed(after))
    for key in dict.fromkeys([*left, *right]):
        name = f"{key[0]}.{key[1]}"
        old, new = left.get(key), right.get(key)
        if old is None or new is None:
            yield Change("call", name, old and old.prompt.text, new and new.prompt.text)
            continue
        pairs = (
            ("prompt", old.prompt.text, new.prompt.text),
            ("cached", _cached(old), _cached(new)),
            ("wave", str(old.wave), str(new.wave)),
        )
        yield from (Change(what, name, a, b) for what, a, b in pairs if a != b)


def _keyed(report: r.Report) -> Iterator[tuple[Key, r.Call]]:
    """Calls by program and name, numbered where names repeat: sites may move between revisions."""
    seen: dict[tuple[str, str], int] = {}
    for call in report.calls:
        name = (call.program, call.name)
        seen[name] = seen.get(name, 0) + 1
        yield (*name, seen[name]), call


def _cached(call: r.Call) -> str:
    return " or ".join(ending.cached.text for ending in call.endings) or "0"


def _groups(before: r.Report, after: r.Report) -> Iterator[Change]:
    left = [_group(before, group) for group in before.groups]
    right = [_group(after, group) for group in after.groups]
    yield from (
        Change("group", name, shared, None) for name, shared in left if (name, shared) not in right
    )
    yield from (
        Change("group", name, None, shared) for name, shared in right if (name, shared) not in left
    )


def _group(report: r.Report, group: r.Group) -> tuple[str, str]:
    calls = {call.family: call for call in report.calls}
    return ", ".join(calls[family].name for family in group.families), group.shared.text
