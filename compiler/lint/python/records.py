"""Records: what a turn loads or is given, changes, and leaves changed where the next turn finds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from ..finding import Cause
from ..layout import TURN
from .elements import HISTORY
from .frames import Frame
from .machine import Run
from .moving import is_past_limit, item
from .places import place_of
from .taints import Taint
from .values import Choice, DictV, Ext, Obj, Opaque, Value
from .walking import nodes_of

Left = Mapping[str, Mapping[str, ast.AST]]
"""By the name of a record: what is set of it, and where. Items are written `['key']`."""

_SAVES = re.compile(r"(save|store|commit|flush|update|put|write|persist|dump|set)(_\w+)?$")


def note_changed(run: Run, frame: Frame, target: ast.expr, node: ast.AST) -> None:
    """Remember what a turn sets of a record once it has sent, and what it counts, for the next turn to find."""
    if not frame.name or not (len(run.requests) > run.sent_before or _counts(node)):
        return
    for name, keys in left_by(frame).items():
        for key, site in keys.items():
            if site is node and not is_past_limit(run):
                what = f"`{ast.unparse(target)}`, which each turn leaves for the next"
                place = place_of(frame.module, node, f"{name}.{key}")
                cell = id(frame.statements), f"{name}.{key}"
                run.touched.setdefault(cell, Taint(Cause.STATE, TURN, place, what))


def as_found(run: Run, frame: Frame, name: str, value: Value) -> None:
    """A record, where it gets its name: in it is what an earlier turn has left there."""
    if not run.moved or not isinstance(value, Opaque | DictV | Choice | Obj):
        return
    for key in left_by(frame).get(name, ()):
        taint = run.moved.get((id(frame.statements), f"{name}.{key}"))
        if taint is not None:
            _put(run, value, key, Opaque(frozenset({taint}), label=f"{name}.{key}"))


_KEPT = re.compile(r"(^|[._])(session|session_state|user_session|state|store|storage)$")
"""Things of frameworks that keep what is put into them from turn to turn."""


def note_kept(run: Run, frame: Frame, owner: Ext, key: str, node: ast.AST) -> None:
    """Remember what a turn sets, once it has sent, of something of a framework's that lasts."""
    if not frame.name or not _KEPT.search(owner.name) or HISTORY.search(key.strip("[']").lower()):
        return
    if len(run.requests) > run.sent_before or _counts(node):
        place = place_of(frame.module, node, f"{owner.name}.{key}")
        what = f"`{key.strip('[]')}`, which each turn leaves for the next"
        run.touched.setdefault(_cell(owner, key), Taint(Cause.STATE, TURN, place, what))


def as_kept(run: Run, owner: Ext, key: str) -> Value | None:
    """What an earlier turn has left there; None where none is known to have."""
    run.read.add(_cell(owner, key))
    taint = run.moved.get(_cell(owner, key))
    return Opaque(frozenset({taint}), label=key) if taint is not None else None


def kept_by_call(run: Run, frame: Frame, callee: Ext, key: str, node: ast.Call) -> Value | None:
    """`session.set("key", value)` and `session.get("key")`."""
    name, _, how = callee.name.rpartition(".")
    if how == "set" and len(node.args) == 2:
        note_kept(run, frame, Ext(name), item(key), node)
    return as_kept(run, Ext(name), item(key)) if how == "get" else None


def _cell(owner: Ext, key: str) -> tuple[int, str]:
    return hash(owner.name), key


def _counts(node: ast.AST) -> bool:
    return isinstance(node, ast.AugAssign) and _is_number(node.value)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _put(run: Run, record: Value, key: str, held: Opaque) -> None:
    match record:
        case Choice(options=options):
            for each in options:
                _put(run, each, key, held)
        case Opaque(parent=None, is_reply=False):
            run.statics[id(record), key] = (record, held)
        case DictV(fields=fields) if key.startswith("[") and not record.persists:
            fields[ast.literal_eval(key[1:-1])] = held
        case Obj(attrs=attrs, is_symbolic=False):
            attrs[key] = held
        case _:
            pass


def left_by(frame: Frame) -> Left:
    """What a function leaves changed in the records that it loads and stores, or is given."""
    if frame.left is None:
        frame.left = _left_by(tuple(frame.statements), frame.params - {frame.me})
    return frame.left


@lru_cache(maxsize=4096)
def _left_by(body: tuple[ast.stmt, ...], given: frozenset[str]) -> Left:
    nodes = [node for statement in body for node in nodes_of(statement)]
    found: dict[str, dict[str, ast.AST]] = {}
    for node in nodes:
        for name, key in _set_by(node):
            if not HISTORY.search(key.strip("[']").lower()):
                found.setdefault(name, {}).setdefault(key, node)
    return {name: keys for name, keys in found.items() if name in given or _is_stored(nodes, name)}


def _set_by(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The record and the key that a statement sets to another value than was there."""
    if not isinstance(node, ast.AugAssign | ast.Assign) or not _is_new(node):
        return
    match _target(node):
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            yield name, attr
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
            yield name, f"[{key!r}]"
        case _:
            pass


def _target(node: ast.AST) -> ast.AST:
    return node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", node)


def _is_new(node: ast.AugAssign | ast.Assign) -> bool:
    """Whether what is set may be another value each time: no flag that is raised once, nothing handed on."""
    if isinstance(node, ast.AugAssign):
        return True
    held = node.value
    is_flag = isinstance(held, ast.Constant) and not isinstance(held.value, str)
    return not is_flag and not isinstance(held, ast.Name | ast.List | ast.Dict)


def _is_stored(nodes: Sequence[ast.AST], name: str) -> bool:
    """Whether something keeps a record once it was changed."""
    for node in nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if not _SAVES.match(node.func.attr):
            continue
        is_own = isinstance(node.func.value, ast.Name) and node.func.value.id == name
        given = (n for a in node.args for n in nodes_of(a))
        if is_own or any(isinstance(n, ast.Name) and n.id == name for n in given):
            return True
    return False
