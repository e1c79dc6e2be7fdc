"""Breakpoints that each turn leaves in a conversation: after a few of them there are more than are taken."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...finding import Cause, Evidence, Place
from ...layout import Request
from ..blocks import is_marked
from ..machine import Run
from ..messages import dict_of, options_of
from ..requests import Given
from ..taints import MARKS
from ..values import DictV, ListV, Value
from ..walking import nodes_of


def judge_left_marks(run: Run, given: Given, request: Request) -> None:
    """Note a conversation to which each turn adds a marked message, where nothing takes earlier marks away."""
    history = given.messages
    if not isinstance(history, ListV) or not (history.persists or history.is_growing):
        return
    last = history.items[-1] if history.items else None
    block = _marked_in(last.value) if last is not None and last.added is None else None
    if block is None or block.place is None or _takes_marks_off(run, block.place):
        return
    what = "each turn leaves a breakpoint in the conversation, and 4 are taken"
    sink = request.sink
    run.evidence.append(Evidence(Cause.MARK_COUNT, block.place, sink, what, family=request.family))


def _marked_in(message: Value) -> DictV | None:
    """The block of a message, or the message, that holds a breakpoint as it is written."""
    fields = dict_of(message)
    lists = [*_contents(fields)] if fields is not None else []
    blocks = [item.value for held in lists for item in held.items if not item.many]
    found = (b for b in (fields, *blocks) if isinstance(b, DictV) and is_marked(b))
    return next(found, None)


def _takes_marks_off(run: Run, place: Place) -> bool:
    """Whether the file of a breakpoint does more with its key than to write it."""
    module = run.project.by_file.get(place.file)
    return module is None or any(map(_reads_mark, nodes_of(module.tree)))


def _reads_mark(node: ast.AST) -> bool:
    match node:
        case (
            ast.Call(args=[ast.Constant(value=str(key)), *_])
            | ast.Compare(left=ast.Constant(value=str(key)))
        ):
            return key in MARKS
        case ast.Compare(comparators=[ast.Constant(value=str(key))]):
            return key in MARKS
        case ast.Subscript(slice=ast.Constant(value=str(key)), ctx=ast.Del() | ast.Load()):
            return key in MARKS
        case _:
            return False


def _contents(message: DictV) -> Iterator[ListV]:
    held = message.fields.get("content")
    return (o for o in options_of(held) if isinstance(o, ListV)) if held is not None else iter(())
