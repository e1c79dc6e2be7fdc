"""Items of containers that are set or deleted: messages of a history that are rewritten or dropped."""

from __future__ import annotations

import ast
import re

from ...finding import Cause
from ...layout import REQUEST, SESSION, TURN
from ..backwards import changed_from_the_end, seeks_newest
from ..building import rewrite_taint, splice
from ..class_reading import helpers_of_builders
from ..contents import put_into
from ..copies import frozen
from ..dunders import called_by_python
from ..expressions import evaluate
from ..frames import Frame
from ..holding import join, shape_of, taints_in
from ..instances import CONTENT
from ..left import note_left
from ..machine import Run
from ..messages import dict_of, options_of
from ..methods.growth import in_completion_order
from ..moving import item, note_grown, note_moved
from ..places import place_of
from ..records import note_kept
from ..rendering import note_helper
from ..replayed import DUMPED
from ..standing import is_container
from ..taints import NONE, SAID, Taint, Taints
from ..thoughts import emptied, is_said
from ..values import Choice, Const, Contents, DictV, Ext, ListV, Obj, Opaque, Value
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
            kept = as_stored(run, frame, target, getattr(node, "value", target), value)
            owner.shape |= shape_of(kept)
            if not owner.persists:
                _put_slice(owner, index, value)
        return
    key = evaluate(run, frame, index)
    note_helper(run, owner_node, key, value)
    if called_by_python(run, owner, "__setitem__", [key, value]) is not None:
        return
    if isinstance(owner, Ext) and isinstance(key, Const):
        note_kept(run, frame, owner, item(key.value), node)
    if isinstance(owner, Obj) and is_container(owner):
        owner = owner.attrs[CONTENT]
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
    match owner:
        case DictV():
            if isinstance(key, Const) and key.value in SAID:
                if not _rewrite_gone_through(run, frame, owner, value, node):
                    _set_in_place(run, frame, owner_node, value, node)
            _set_key(run, frame, owner, key, value, node)
        case Choice(options=options):
            for option in options:
                if not (frame.conds and isinstance(option, DictV)):
                    set_item(run, frame, target, option, owner_node, index, value, node)
                elif isinstance(key, Const) and key.value in SAID:
                    # which one of them is another now, the condition says; the history is in any case
                    _rewrite_gone_through(run, frame, option, value, node)
        case Opaque() if isinstance(key, Const) and key.value in SAID:
            _rewrite(run, frame, owner, value, node)
            _set_somewhere(run, frame, owner, owner_node, node)
        case Opaque() if owner.parent is None:
            owner.contents = owner.contents or Contents()
            if isinstance(key, Const):
                run.statics[id(owner), f"[{key.value!r}]"] = (owner, value)
            put_into(run, frame, owner.contents, [key, value], place_of(frame.module, node))
        case ListV() if isinstance(key, Const) and isinstance(key.value, int):
            _set_element(run, frame, owner, key.value, value, node)
        case ListV():
            at = -1 if seeks_newest(run) else 0 if frame.under() else -2
            _set_element(run, frame, owner, at, value, node)
        case _:
            pass


def _set_somewhere(run: Run, frame: Frame, owner: Opaque, node: ast.expr, site: ast.AST) -> None:
    """`copied[where]["content"] = text`: one message of a copy is sent as another text than is stored."""
    history = owner.parent
    if history is None or not history.is_copy or run.loops or not isinstance(node, ast.Subscript):
        return
    if not isinstance(evaluate(run, frame, node.slice), Const):
        place = place_of(frame.module, site, f"{frame.name}:set")
        what = "one message is changed, and not where it is stored"
        history.shape |= {Taint(Cause.UNSAVED, REQUEST, place, what)}


def _set_in_place(run: Run, frame: Frame, node: ast.expr, value: Value, site: ast.AST) -> None:
    """`self.messages[1]["content"] = text`: a stored message is another one from now on."""
    is_constant = isinstance(getattr(site, "value", None), ast.Constant)
    if not isinstance(node, ast.Subscript) or is_constant or _in_builder(frame):
        return
    history = evaluate(run, frame, node.value)
    at = evaluate(run, frame, node.slice) if not isinstance(node.slice, ast.Slice) else None
    is_last = isinstance(at, Const) and at.value == -1
    if not isinstance(history, ListV) or is_last or at is None:
        return
    grows = any(loop.number not in history.loops for loop in run.loops) and not frame.guards
    if not history.persists and not (grows and not isinstance(value, Const)):
        return
    if frame.guards and _is_rare(frame):
        return
    place = place_of(frame.module, site, f"{frame.name}:set")
    what = "an earlier message is changed"
    history.shape |= {Taint(Cause.REWRITTEN, REQUEST, place, what, loops=run.loop_numbers())}


def _rewrite_gone_through(
    run: Run, frame: Frame, message: DictV, value: Value, node: ast.AST
) -> bool:
    """The content of a message is set, in a loop over the history that it is part of, if it is in one."""
    history = _history_gone_through(run, message)
    if history is not None:
        _rewrite(run, frame, Opaque(parent=history, index="all"), value, node)
    return history is not None


def _history_gone_through(run: Run, message: DictV) -> ListV | None:
    """The history in whose loop a message is changed, where it is one of its messages."""
    for loop in reversed(run.loops):
        source = loop.source
        if isinstance(source, ListV) and (source.persists or source.parent is not None):
            for item in source.items:
                if any(each is message for each in options_of(item.value)):
                    return source
    return None


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
        held = frozen(value, SESSION) if owner.persists and _is_of_turn(key) else value
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


def _rewrite(run: Run, frame: Frame, owner: Opaque, value: Value, node: ast.AST) -> None:
    """The content of a message of a history is set."""
    parent = owner.parent
    if parent is None:
        return
    taint = rewrite_taint(run, frame, owner, value, node)
    if taint is None:
        return
    if taint.cause is not Cause.REWRITTEN and not parent.is_copy:
        return
    if taint.cause is Cause.REWRITTEN and frame.guards and _is_rare(frame):
        return
    parent.shape |= {taint}
    base = getattr(parent, "parent", None)
    if isinstance(base, ListV | Opaque):
        base.shape |= {taint}
    for held in frame.env.values():  # a part of an unknown list is a value of its own here
        if isinstance(held, Opaque) and isinstance(parent, Opaque) and held.label == parent.label:
            held.shape |= {taint} if parent.label else NONE


def _is_rare(frame: Frame) -> bool:
    """Whether something happens only past a limit of tokens."""
    return any("token" in ast.unparse(guard) for guard in frame.guards)


def _set_element(
    run: Run, frame: Frame, owner: ListV, at: int, value: Value, node: ast.AST
) -> None:
    """`history[-1] = {...}`: another message than the one that was there."""
    if not owner.is_copy and not owner.persists and not any(i.many for i in owner.items):
        if -len(owner.items) <= at < len(owner.items):
            owner.items[at].value = (
                join([owner.items[at].value, value], frame.under()) if frame.conds else value
            )
        return
    place = place_of(frame.module, node, f"{frame.name}:set")
    loops = run.loop_numbers()
    if at == -1 and not owner.persists and _wraps(owner, value):
        what = "the newest message becomes a list of blocks"
        owner.shape |= {Taint(Cause.SHAPE, REQUEST, place, what, loops=loops)}
    elif owner.is_copy and at == -1:
        owner.shape |= {
            Taint(Cause.UNSAVED, REQUEST, place, "the newest message is changed", loops=loops)
        }
    elif at > 0 and not frame.guards and not _in_builder(frame) and _is_lasting(run, owner):
        if isinstance(dict_of(value), DictV) and _is_open(value):
            what = "an earlier message is replaced"
            owner.shape |= {Taint(Cause.REWRITTEN, REQUEST, place, what, loops=loops)}
    elif at == 0 and owner.persists and not _in_builder(frame):
        taints = _held_by(value)
        if taints or isinstance(value, DictV):
            live = frozenset(t for t in taints if t.cause is not Cause.UNORDERED)
            if live:
                owner.items[:0] = []
                _first(owner, value)


def _is_lasting(run: Run, owner: ListV) -> bool:
    """Whether a list is there before and after: an attribute, or made outside of the loop that is running."""
    inner = [loop for loop in run.loops if not loop.is_exact]
    return owner.persists or any(loop.number not in owner.loops for loop in inner)


def _is_open(value: Value) -> bool:
    """Whether a message is another one each time, as far as that is known."""
    content = dict_of(value)
    text = content.fields.get("content") if content is not None else None
    return text is not None and not isinstance(text, Const)


def _wraps(owner: ListV, value: Value) -> bool:
    """Whether the newest message of a history is put back with a list of blocks where its text stood."""
    last = owner.items[-1] if owner.items else None
    before = dict_of(last.value) if last is not None and not last.many else None
    message = next((o for o in options_of(value) if isinstance(o, DictV)), None)
    if message is None or not (message.index or before is not None):
        return False
    contents = [each.fields.get("content") for each in (before, message) if each is not None]
    is_list = [any(isinstance(o, ListV) for o in options_of(c)) for c in contents if c is not None]
    return bool(is_list) and is_list[-1] and (len(is_list) == 1 or not is_list[0])


def _first(owner: ListV, value: Value) -> None:
    from ..values import Item

    if owner.items and not owner.items[0].many:
        owner.items[0] = Item(value)
    else:
        owner.items.insert(0, Item(value))


def _held_by(value: Value) -> Taints:
    return taints_in(value, 4)


def _in_builder(frame: Frame) -> bool:
    name = frame.name.rpartition(".")[2]
    return name in ("__init__", "__post_init__") or (
        frame.owner is not None and name in helpers_of_builders(frame.owner)
    )
