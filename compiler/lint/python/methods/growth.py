"""Lists that a program changes: what comes to their end or front, and what is taken from there again."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from ...finding import Cause
from ...layout import REQUEST, SESSION
from ..answering import answered_at
from ..building import splice
from ..copies import put_away, settled
from ..elements import HISTORY
from ..frames import Frame
from ..holding import picked
from ..limits import limits_of
from ..machine import Run
from ..moving import note_grown
from ..newest import judge_stored
from ..places import place_of, shown
from ..taints import NONE, Taint, Taints
from ..thoughts import without_reasoning
from ..values import Choice, Const, DictV, Item, ListV, Obj, Opaque, Value


def as_list(run: Run, frame: Frame, receiver: Opaque) -> ListV:
    """The list that an unknown value turns out to be, under all its names in all functions that are running."""
    made = ListV(persists=True, shape=receiver.shape)
    label = f"{receiver.label}[]"
    made.add(Opaque(receiver.taints, label=label, parent=made, index="all"), many=True)
    if id(receiver) in run.sent:
        run.became[id(receiver)] = made
    if id(receiver) in run.newest:
        run.newest[id(made)] = run.newest.pop(id(receiver))
    running = [each.env for each in run.frames]
    for names in (*running, frame.env, frame.outer):
        for key, held in list(names.items()):
            if held is receiver:
                names[key] = made
    return made


def keep_where_found(run: Run, frame: Frame, made: ListV, node: ast.Call) -> None:
    """`body["messages"].insert(...)`: whoever reads it there again gets what it is by then."""
    match node.func:
        case ast.Attribute(value=ast.Subscript(value=owner, slice=ast.Constant(value=str(key)))):
            name = f"[{key!r}]"
        case ast.Attribute(value=ast.Attribute(value=owner, attr=name)):
            pass
        case _:
            return
    held = run.evaluate(run, frame, owner)
    if isinstance(held, Opaque) and held.parent is None:
        run.statics[id(held), name] = (held, made)


def grow(run: Run, frame: Frame, target: ListV, value: Value, node: ast.AST) -> None:
    """Put a value at the end of a list. What enters a list that outlives this round is settled from then on."""
    judge_stored(run, target, value, place_of(frame.module, node))
    note_grown(run, frame, target, node)
    target.shape |= without_reasoning(value)
    held = _as_put(run, target, value)
    in_loop = any(loop.number not in target.loops for loop in run.loops if not loop.is_exact)
    added = place_of(frame.module, node) if frame.conds and not in_loop else None
    target.add(held, in_loop or bool(frame.conds), added)
    target.is_growing |= in_loop and _is_answer(value)
    target.shape |= _by_condition(run, frame, target, node)
    for loop in run.loops:
        if loop.number not in target.loops:
            target.shape |= frozenset(t for t in loop.shape if t.flag != "head")
    ended = in_completion_order(run, frame, target, node)
    if ended is not None:
        target.shape |= {ended}


def _as_put(run: Run, target: ListV, value: Value) -> Value:
    """A value as later rounds and later turns find it in the list that it is put into."""
    if target.persists:
        return put_away(run, value, SESSION)
    fresh = tuple(n for n in run.loop_numbers() if n not in target.loops)
    return settled(run, value, fresh) if fresh else value


def made_longer(run: Run, frame: Frame, old: ListV, made: ListV) -> None:
    """A list that takes the place of an old one whose elements it begins with: it has grown by the others."""
    fresh = made.items[len(old.items) :]
    in_loop = run.loop_numbers() != old.loops
    made.items[len(old.items) :] = [
        Item(_as_put(run, old, i.value), i.many or in_loop or bool(frame.conds), i.added)
        for i in fresh
    ]
    made.loops = old.loops
    made.is_growing = old.is_growing or (in_loop and any(_is_answer(i.value) for i in fresh))


def _is_answer(value: Value) -> bool:
    """Whether something that comes to a list is what the model answered, as it is or in a message."""
    held = value.options if isinstance(value, Choice) else [value]
    texts = [
        o for each in held for o in (each.fields.values() if isinstance(each, DictV) else [each])
    ]
    return any(isinstance(each, Opaque) and each.is_reply for each in texts)


LATE = "<called back>"
"""The symbol of a place from which a function is called once something has ended."""


def in_completion_order(
    run: Run, frame: Frame, target: ListV | DictV, node: ast.AST
) -> Taint | None:
    """What is put into a container by calls that run side by side comes into it as they end."""
    is_late = bool(run.concurrent) and (frame.awaited or run.concurrent[-1].symbol == LATE)
    if not (is_late and _is_foreign(frame, target)):
        return None
    place = place_of(frame.module, node, f"{frame.name}:append")
    what = "results are appended as calls end"
    return Taint(Cause.COMPLETION, REQUEST, place, what, loops=run.loop_numbers())


_VARY = frozenset({Cause.STATE, Cause.COUNTER, Cause.VARYING})


def _by_condition(run: Run, frame: Frame, target: ListV, node: ast.AST) -> Taints:
    """What is put into a list or not, as a question or the state of things says."""
    place = place_of(frame.module, node)
    under = frame.under()
    asked = frozenset(picked(t, place) for t in under if t.flag == "asked")
    if target.persists:
        return NONE  # what is said stays as it was said
    answered = answered_at(run, frame, frame.guards, target.loops)
    return (
        asked
        | answered
        | frozenset(
            replace(t, flag="choice")
            for t in under
            if t.cause in _VARY and t.flag in ("", "length")
        )
    )


def _is_foreign(frame: Frame, target: ListV | DictV) -> bool:
    """Whether a list was made outside the function that appends to it."""
    local = [v for name, v in frame.env.items() if name not in frame.params]
    inner = [o for v in local for o in (v.options if isinstance(v, Choice) else [v])]
    return all(target is not each for each in inner)


def extend(run: Run, frame: Frame, receiver: ListV, value: Value, node: ast.AST) -> None:
    """Put all elements of a value at the end of a list."""
    held = value if isinstance(value, Obj) else _as_put(run, receiver, value)
    for item in value.items if isinstance(value, ListV) else ():
        judge_stored(run, receiver, item.value, place_of(frame.module, node))
    before = len(receiver.items)
    note_grown(run, frame, receiver, node)
    receiver.shape |= _by_condition(run, frame, receiver, node)
    splice(receiver, held)
    for loop in run.loops:
        if loop.number not in receiver.loops:
            receiver.shape |= frozenset(t for t in loop.shape if t.flag != "head")
    if frame.conds or run.loop_numbers() != receiver.loops:
        for item in receiver.items[before:]:
            item.many = True
    if run.loop_numbers() != receiver.loops:
        receiver.is_growing |= any(_is_answer(item.value) for item in receiver.items[before:])


def put_in(run: Run, frame: Frame, receiver: ListV, at: Value, value: Value, node: ast.AST) -> None:
    """At the front of a list; of one that outlives the call, everything behind moves."""
    number = at.value if isinstance(at, Const) else None
    if not isinstance(number, int) or number < 0 or number > len(receiver.items):
        receiver.add(value)
        return
    for loop in run.loops:
        if loop.number not in receiver.loops:
            receiver.shape |= frozenset(t for t in loop.shape if t.flag != "head")
    repeats = receiver.persists and frame.name.partition(".")[2] not in ("__init__", "")
    loop = next(
        (lp for lp in run.loops if lp.number not in receiver.loops and not lp.is_exact), None
    )
    if loop is not None and number <= 1 and isinstance(value, DictV) and not frame.guards:
        place = place_of(frame.module, node, f"{frame.name}:insert")
        what = f"{shown(node)} puts a message in front of the history each time"
        receiver.shape |= {
            Taint(
                Cause.REWRITTEN, REQUEST, place, what, loops=run.loop_numbers(), needs=loop.number
            )
        }
    if repeats and number <= 1 and not frame.guards:
        place = place_of(frame.module, node, f"{frame.name}:insert")
        what = f"{shown(node)} puts a message in front of the history each time"
        receiver.shape |= {Taint(Cause.REWRITTEN, REQUEST, place, what, loops=run.loop_numbers())}
    receiver.items.insert(number, Item(value))


def taken_back(run: Run, frame: Frame, receiver: ListV, node: ast.AST) -> None:
    """A message that was sent is taken off a history again: the next turn goes on without it."""
    last = receiver.items[-1] if receiver.items else None
    is_sent = id(receiver) in run.sent and receiver.persists
    if last is None or last.many or not is_sent or frame.conds or frame.guards:
        return
    place = place_of(frame.module, node, f"{frame.name}:pop")
    what = "a message is sent, and taken away again"
    receiver.shape |= {Taint(Cause.UNSAVED, REQUEST, last.added or place, what, (place,))}
    receiver.items.pop()


def shortened(
    run: Run, frame: Frame, target: ListV | Opaque, name: str, args: Sequence[Value], node: ast.AST
) -> None:
    """A message is taken from the front of a history: a window, unless two limits make it a rare large cut."""
    at = args[0].value if args and isinstance(args[0], Const) else None
    from_front = name == "popleft" or (name == "pop" and isinstance(at, int) and 0 <= at <= 2)
    if not from_front or not frame.guards or len(limits_of(frame)) >= 2:
        return
    if not limits_of(frame):
        return
    label = target.label if isinstance(target, Opaque) else ""
    if isinstance(target, ListV) and not (target.persists or any(i.many for i in target.items)):
        return
    if label and not HISTORY.search(label.lower()):
        return
    place = place_of(frame.module, node, f"{frame.name}:{name}")
    taint = Taint(
        Cause.WINDOW, REQUEST, place, f"the window {shown(node)}", loops=run.loop_numbers()
    )
    target.shape |= {taint}
