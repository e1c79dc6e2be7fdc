"""Messages of a history that are set anew: what was sent before is another text from then on."""

from __future__ import annotations

import ast

from ...finding import Cause
from ...layout import REQUEST
from ..building import rewrite_taint
from ..class_reading import helpers_of_builders
from ..expressions import evaluate
from ..frames import Frame
from ..holding import join, taints_in
from ..machine import Run
from ..messages import dict_of, options_of
from ..places import place_of
from ..taints import NONE, Taint
from ..values import Const, DictV, Item, ListV, Opaque, Value


def set_somewhere(run: Run, frame: Frame, owner: Opaque, node: ast.expr, site: ast.AST) -> None:
    """`copied[where]["content"] = text`: one message of a copy is sent as another text than is stored."""
    history = owner.parent
    if history is None or not history.is_copy or run.loops or not isinstance(node, ast.Subscript):
        return
    if not isinstance(evaluate(run, frame, node.slice), Const):
        place = place_of(frame.module, site, f"{frame.name}:set")
        what = "one message is changed, and not where it is stored"
        history.shape |= {Taint(Cause.UNSAVED, REQUEST, place, what)}


def set_in_place(run: Run, frame: Frame, node: ast.expr, value: Value, site: ast.AST) -> None:
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


def rewrite_gone_through(
    run: Run, frame: Frame, message: DictV, value: Value, node: ast.AST
) -> bool:
    """The content of a message is set, in a loop over the history that it is part of, if it is in one."""
    history = _history_gone_through(run, message)
    if history is not None:
        rewrite(run, frame, Opaque(parent=history, index="all"), value, node)
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


def rewrite(run: Run, frame: Frame, owner: Opaque, value: Value, node: ast.AST) -> None:
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


def set_element(run: Run, frame: Frame, owner: ListV, at: int, value: Value, node: ast.AST) -> None:
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
        if any(t.cause is not Cause.UNORDERED for t in taints_in(value, 4)):
            _put_first(owner, value)


def _put_first(owner: ListV, value: Value) -> None:
    """Another first message than the one that was there, where that is known."""
    if owner.items and not owner.items[0].many:
        owner.items[0] = Item(value)
    else:
        owner.items.insert(0, Item(value))


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


def _in_builder(frame: Frame) -> bool:
    name = frame.name.rpartition(".")[2]
    return name in ("__init__", "__post_init__") or (
        frame.owner is not None and name in helpers_of_builders(frame.owner)
    )
