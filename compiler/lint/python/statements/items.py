"""Items of containers that are set: by a key, at a place, or a slice of them."""

from __future__ import annotations

import ast
import re

from ...finding import Cause
from ...layout import SESSION, TURN
from ..backwards import changed_from_the_end, seeks_newest
from ..building import splice
from ..contents import put_into
from ..copies import put_away
from ..dunders import called_by_python
from ..expressions import evaluate
from ..frames import Frame
from ..holding import join, shape_of, taints_in
from ..instances import CONTENT
from ..left import note_left
from ..machine import Run
from ..methods.growth import in_completion_order
from ..moving import item, note_grown, note_moved
from ..places import place_of
from ..records import note_kept
from ..rendering import note_helper
from ..replayed import DUMPED
from ..standing import is_container
from ..taints import NONE, SAID, Taints
from ..thoughts import emptied, is_said
from ..values import Choice, Const, Contents, DictV, Ext, ListV, Obj, Opaque, Value
from .rewritten import rewrite, rewrite_gone_through, set_element, set_in_place, set_somewhere
from .stored import as_stored


def set_item(
    run: Run,
    frame: Frame,
    target: ast.Subscript,
    owner: Value,
    owner_node: ast.expr,
    index: ast.expr,
    value: Value,
    node: ast.AST,
) -> None:
    """`owner[index] = value`."""
    if isinstance(index, ast.Slice):
        if isinstance(owner, ListV):
            _set_slice(run, frame, target, owner, index, value, node)
        return
    key = evaluate(run, frame, index)
    note_helper(run, owner_node, key, value)
    if called_by_python(run, owner, "__setitem__", [key, value]) is not None:
        return
    if isinstance(owner, Ext) and isinstance(key, Const):
        note_kept(run, frame, owner, item(key.value), node)
    if isinstance(owner, Obj) and is_container(owner):
        owner = owner.attrs[CONTENT]
    _note_set(run, frame, owner, key, value, node)
    match owner:
        case DictV():
            if isinstance(key, Const) and key.value in SAID:
                if not rewrite_gone_through(run, frame, owner, value, node):
                    set_in_place(run, frame, owner_node, value, node)
            _set_key(run, frame, owner, key, value, node)
        case Choice(options=options):
            for option in options:
                if not (frame.conds and isinstance(option, DictV)):
                    set_item(run, frame, target, option, owner_node, index, value, node)
                elif isinstance(key, Const) and key.value in SAID:
                    # which one of them is another now, the condition says; the history is in any case
                    rewrite_gone_through(run, frame, option, value, node)
        case Opaque() if isinstance(key, Const) and key.value in SAID:
            rewrite(run, frame, owner, value, node)
            set_somewhere(run, frame, owner, owner_node, node)
        case Opaque() if owner.parent is None:
            owner.contents = owner.contents or Contents()
            if isinstance(key, Const):
                run.statics[id(owner), f"[{key.value!r}]"] = (owner, value)
            put_into(run, frame, owner.contents, [key, value], place_of(frame.module, node))
        case ListV() if isinstance(key, Const) and isinstance(key.value, int):
            set_element(run, frame, owner, key.value, value, node)
        case ListV():
            at = -1 if seeks_newest(run) else 0 if frame.under() else -2
            set_element(run, frame, owner, at, value, node)
        case _:
            pass


def _note_set(
    run: Run, frame: Frame, owner: Value, key: Value, value: Value, node: ast.AST
) -> None:
    """What it means for others that an item is set: for a history, for what is put away or left, for an answer."""
    if isinstance(key, Const) and key.value in SAID:
        changed_from_the_end(run, frame, node)
    if isinstance(key, Const) and key.value in ("arguments", "tool_calls", "function"):
        run.put_away |= frozenset(
            t for t in taints_in(value, 5) if t.cause is Cause.ARGUMENTS and t.flag != DUMPED
        )
    if isinstance(owner, DictV | Opaque):
        note_left(run, value)
    if isinstance(owner, Opaque) and is_said(owner) and isinstance(key, Const):
        thoughts = emptied(run, frame, key.value, value, node)
        owner.shape |= {thoughts} if thoughts else NONE


def _set_slice(
    run: Run,
    frame: Frame,
    target: ast.Subscript,
    owner: ListV,
    index: ast.Slice,
    value: Value,
    node: ast.AST,
) -> None:
    kept = as_stored(run, frame, target, getattr(node, "value", target), value)
    owner.shape |= shape_of(kept)
    if not owner.persists:
        _put_slice(owner, index, value)


def _put_slice(owner: ListV, index: ast.Slice, value: Value) -> None:
    """`list[:0] = ...` puts in front, `list[:] = ...` replaces all, anything else is put behind."""
    fresh = ListV("list")
    splice(fresh, value)
    match index.lower, index.upper:
        case None, None:
            owner.items = fresh.items
        case None | ast.Constant(value=0), ast.Constant(value=0):
            owner.items = [*fresh.items, *owner.items]
        case _:
            owner.items = [*owner.items, *fresh.items]


def _set_key(run: Run, frame: Frame, owner: DictV, key: Value, value: Value, node: ast.AST) -> None:
    note_grown(run, frame, owner, node)
    ended = in_completion_order(run, frame, owner, node)
    if ended is not None and not isinstance(key, Const):
        owner.shape |= {ended}
    if isinstance(key, Const):
        try:
            old = owner.fields.get(key.value)
        except TypeError:
            return
        if owner.persists:
            note_moved(run, frame, owner, item(key.value), old, value, node)
        owner.fields[key.value] = join([old, value], frame.under()) if frame.conds else value
    else:
        owner.shape |= _order_of_rounds(run, owner)
        held = put_away(run, value, SESSION) if owner.persists and _is_of_turn(key) else value
        owner.rest = join([owner.rest, held]) if owner.rest is not None else held


def _order_of_rounds(run: Run, owner: DictV) -> Taints:
    """The order in which keys come into a table that a loop fills: that of what the loop goes through."""
    rounds = [loop for loop in run.loops if loop.number not in owner.loops]
    return frozenset(
        t for loop in rounds for t in loop.shape if t.cause in (Cause.UNORDERED, Cause.COMPLETION)
    )


_PLACES = re.compile(
    r"(^|[._])(i|idx|index|at|pos|position|turn|round|step|((message|msg|turn|call)_?(id|no|index|number)))(\(\))?$"
)
"""Names of what tells one turn of a conversation from another."""


def _is_of_turn(key: Value) -> bool:
    """Whether a key is another one each turn (the length of a history): what is kept under it stays as it is."""
    is_named = isinstance(key, Opaque) and bool(_PLACES.search(key.label.lower()))
    return is_named or any(t.rank >= TURN for t in taints_in(key))
