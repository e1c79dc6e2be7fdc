"""Blocks and breakpoints of one content: how many stand between two, and whether each of any number is marked."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Cause, Evidence
from ...layout import Request
from ..blocks import is_marked
from ..machine import Run
from ..messages import dict_of, options_of
from ..requests import Given
from ..taints import MARKS
from ..values import Const, DictV, Item, ListV, Value

LOOKED_BACK = 20
"""Blocks that are looked at before a breakpoint for an entry that was written earlier."""


def judge_spacing(run: Run, given: Given, request: Request) -> None:
    """Note contents in which too many blocks stand before a breakpoint."""
    if not request.needs_marks:
        return
    for content in _contents(given):
        words = _too_many(content)
        if words:
            what = f"{words} stand before a breakpoint, and {LOOKED_BACK} are looked at"
            sink = request.sink
            run.evidence.append(
                Evidence(Cause.MARK_SPACING, sink, sink, what, family=request.family)
            )


def judge_each_marked(run: Run, given: Given, request: Request) -> None:
    """Note lists of any length of which each block is marked, as it is written: more than the few that are taken."""
    for content in _contents(given):
        block = next((b for b in map(_marked_each, content.items) if b is not None), None)
        if block is not None:
            what = "each of any number of blocks is a breakpoint, and 4 are taken"
            origin, sink = block.place or request.sink, request.sink
            run.evidence.append(
                Evidence(Cause.MARK_COUNT, origin, sink, what, family=request.family)
            )
            return


def _marked_each(item: Item) -> DictV | None:
    """The block that stands for many, where the table that makes it holds the breakpoint."""
    block = item.value if item.many and isinstance(item.value, DictV) else None
    held = [block.fields[key] for key in MARKS if key in block.fields] if block else []
    is_always = any(isinstance(each, DictV | Const) and each != Const(None) for each in held)
    return block if block is not None and block.place is not None and is_always else None


def _contents(given: Given) -> Iterator[ListV]:
    """The lists of blocks that a request holds."""
    if given.system is not None:
        yield from _lists(given.system)
    for messages in _lists(given.messages) if given.messages is not None else ():
        for item in messages.items:
            message = dict_of(item.value)
            if message is not None and "content" in message.fields:
                yield from _lists(message.fields["content"])


def _lists(value: Value) -> list[ListV]:
    return [o for o in options_of(value) if isinstance(o, ListV)]


def _too_many(content: ListV) -> str:
    """How many blocks stand before a breakpoint without another one among them, where that may be too many."""
    count, is_open = 0, False
    for item in content.items:
        fields = dict_of(item.value)
        if fields is not None and is_marked(fields):
            if is_open or count >= LOOKED_BACK:
                return "any number of blocks" if is_open else f"{count} blocks"
            count, is_open = 0, False
        else:
            count, is_open = count + 1, is_open or item.many
    return ""
