"""Attributes that are set: of objects, of classes and modules, and what it means that the model wrote them."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from ..finding import Cause
from ..layout import SESSION, TURN
from .backwards import changed_from_the_end
from .contents import put_into
from .copies import capped, put_away
from .demonstrations import judge_demonstrations
from .frames import Frame
from .holding import join
from .left import note_left
from .machine import Run
from .moving import is_past_limit, note_moved
from .places import place_of
from .records import note_kept
from .taints import Taint
from .values import Choice, ClassV, Ext, FnV, ListV, ModV, Obj, Opaque, Value
from .walking import walk

_TAKEN_AWAY = re.compile(
    r"^(content|text|output|result)$|compact|prune|clear|truncat|hidden|removed|elided|dropped|omit"
)
"""Attributes of a message or a part of one that say what is left of it."""


def _is_missing_there(frame: Frame, attr: str) -> bool:
    """Whether an attribute is set where it was found to be missing: it is built once and kept."""
    for test in frame.guards:
        match test:
            case ast.Compare(
                left=ast.Attribute(attr=name), ops=[ast.Is() | ast.Eq()], comparators=[other]
            ):
                if name == attr and isinstance(other, ast.Constant) and not other.value:
                    return True
            case ast.UnaryOp(op=ast.Not(), operand=ast.Attribute(attr=name)) if name == attr:
                return True
            case ast.Attribute(attr=name) if name == attr:  # it was left where there is one
                return True
            case _:
                pass
    return False


def _written_by_model(run: Run, frame: Frame, owner: Obj, attr: str, value: Opaque) -> Opaque:
    """An attribute that holds what a model said last: another text after each such call."""
    if value.parent is not None or value.taints or not frame.statements or is_past_limit(run):
        return value
    place = place_of(frame.module, frame.statements[0], f"{owner.cls.name}.{attr}")
    for node in (n for s in frame.statements for n in walk(s) if isinstance(n, ast.Assign)):
        if any(isinstance(t, ast.Attribute) and t.attr == attr for t in node.targets):
            place = place_of(frame.module, node, f"{owner.cls.name}.{attr}")
    what = f"`self.{attr}`, which the model writes anew"
    return replace(value, taints=frozenset({Taint(Cause.STATE, TURN, place, what, flag="said")}))


def set_attribute(
    run: Run, frame: Frame, owner: Value, attr: str, value: Value, node: ast.AST
) -> None:
    """`owner.attr = value`."""
    judge_demonstrations(run, frame, attr, value, node)
    if _TAKEN_AWAY.search(attr):
        changed_from_the_end(run, frame, node)
    if isinstance(owner, Choice):
        for option in owner.options:
            set_attribute(run, frame, option, attr, value, node)
    if isinstance(owner, Ext):
        note_kept(run, frame, owner, attr, node)
    if isinstance(owner, FnV):
        run.statics[id(owner.node), attr] = (owner.node, value)
    if isinstance(owner, ClassV | ModV | Opaque):
        held = owner if isinstance(owner, Opaque) else owner.info
        if isinstance(owner, ClassV):
            note_moved(run, frame, held, attr, owner.info.attrs.get(attr), value, node)
        run.statics[id(held), attr] = (held, value)
    if isinstance(owner, Opaque) and owner.contents is not None:
        put_into(run, frame, owner.contents, [value], place_of(frame.module, node))
    if not isinstance(owner, Obj):
        return
    for info in owner.cls.line():
        if attr in info.setters:
            fn = FnV(
                info.setters[attr], info.module, f"{info.name}.{attr}", bound=owner, owner=info
            )
            run.calls.function(run, fn, [value], {})
            return
    if owner.is_symbolic:
        at_first = run.begun.setdefault(run.cell(owner, attr), owner.attrs.get(attr))
        note_moved(run, frame, owner, attr, at_first, value, node)
    if owner.is_symbolic and _is_missing_there(frame, attr):
        value = put_away(run, value, SESSION)
    elif owner.is_symbolic and isinstance(value, Opaque) and value.is_reply and run.active:
        value = _written_by_model(run, frame, owner, attr, value)
    if frame.conds and attr in owner.attrs:
        under = capped(frame.under(), SESSION) if owner.is_symbolic else frame.under()
        value = join([owner.attrs[attr], value], under)
    if owner.is_symbolic:
        note_left(run, value)
    for option in value.options if isinstance(value, Choice) else [value]:
        if owner.is_symbolic and isinstance(option, ListV):
            option.persists = True
    owner.attrs[attr] = value
