"""Attributes that methods change: written into a prompt, they make another prompt each time."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from ..finding import Cause, Place
from ..layout import REQUEST, TURN
from .frames import Frame
from .holding import taints_in
from .machine import Run
from .moving import moved_by_turn
from .places import place_of
from .racing import raced_in
from .taints import NONE, Taint, Taints
from .values import (
    Choice,
    ClassInfo,
    ClassV,
    Const,
    DictV,
    Ext,
    FnV,
    ListV,
    Method,
    ModuleInfo,
    ModV,
    Obj,
    Opaque,
    Value,
)


def as_state(run: Run, owner: Obj, value: Value, node: ast.Attribute, frame: Frame) -> Value:
    """An attribute that methods change is state: written into a prompt, it makes another prompt each time."""
    name = node.attr
    if not owner.is_symbolic:
        return value
    value = _as_reordered(owner, _as_raced(owner, value, name), name)
    if (told := _told_from_outside(run, owner, value, node, frame)) is not None:
        return told
    is_mutated = any(name in info.mutated for info in owner.cls.line())
    if (moved := moved_by_turn(run, owner, name)) and not is_mutated:
        if isinstance(value, ListV):
            value.shape |= frozenset(replace(t, flag="choice") for t in moved)
        return _with_state(value, moved, False, f"self.{name}")
    for info in owner.cls.line():
        change = info.mutated.get(name)
        if change is not None:
            place = place_of(info.module, change, f"{info.name}.{name}")
            taint = Taint(
                Cause.STATE, TURN, place, f"`self.{name}`, which changes from call to call"
            )
            if name in info.grown & info.shrunk:
                taint = replace(
                    taint,
                    what=f"`self.{name}`, to which things come back at the end",
                    flag="reconnect",
                )
                state = replace(
                    taint, flag="", what=f"`self.{name}`, which changes from call to call"
                )
                return _with_state(value, frozenset({taint, state}), True, f"self.{name}")
            return _with_state(value, frozenset({taint}), name in info.grown, f"self.{name}")
    if any(name in info.replaced for info in owner.cls.line()) or name in run.project.renamed:
        place = place_of(frame.module, node, f"{owner.cls.name}.{name}")
        taint = Taint(Cause.MODELS, TURN, place, f"the model `self.{name}`, which can be replaced,")
        if isinstance(value, Opaque):
            return replace(value, taints=value.taints | {taint})
        if isinstance(value, Const) and isinstance(value.value, str):
            return Choice([value], frozenset({taint}))
    counted = (
        _counted(run, owner, name)
        or _changed_by_tools(run, owner, name)
        or _switched(run, owner, name)
    )
    if counted is not None and isinstance(value, Opaque | Const | DictV | ListV):
        place = Place(counted[0].file, counted[1], symbol=f"{owner.cls.name}.{name}")
        what = f"`{name}`, which changes from call to call"
        state = frozenset({Taint(Cause.STATE, TURN, place, what)})
        return _with_state(value, state, False, value.label if isinstance(value, Opaque) else name)
    return value


_SETTING = re.compile(
    r"verbose|debug|strict|dry|stream|enabled?|quiet|_$|^_|cache|use_|is_test|trace"
)
"""Names of what is chosen once, for good."""


def _told_from_outside(
    run: Run, owner: Obj, value: Value, node: ast.Attribute, frame: Frame
) -> Value | None:
    """A flag that is off at first and that no method turns on: somebody else does, while the object is in use."""
    is_off = isinstance(value, Const) and value.value is False
    is_off = is_off and any(i.begins.get(node.attr) == "False" for i in owner.cls.line())
    if not is_off or _SETTING.search(node.attr) or owner.attrs.get(node.attr) is not value:
        return None
    if any(node.attr in info.defaults or node.attr in info.mutated for info in owner.cls.line()):
        return None
    if any(_is_asked_for(info, node.attr) for info in owner.cls.line()):
        return None
    place = place_of(frame.module, node, f"{owner.cls.name}.{node.attr}")
    what = f"`{node.attr}`, which is set while the object is in use,"
    return Opaque(frozenset({Taint(Cause.STATE, TURN, place, what)}), label=node.attr)


def _is_asked_for(info: ClassInfo, name: str) -> bool:
    """Whether whoever makes an instance may say what an attribute is: it has a parameter of that name."""
    made = info.methods.get("__init__")
    return made is not None and any(
        each.arg == name for each in (*made.args.args, *made.args.kwonlyargs)
    )


def _as_raced(owner: Obj, value: Value, name: str) -> Value:
    """A container that calls side by side fill holds things in the order in which they ended."""
    for info in owner.cls.line():
        node = raced_in(info.node).get(name)
        if node is not None and isinstance(value, ListV | DictV):
            place = place_of(info.module, node, f"{info.name}.{name}")
            what = f"`self.{name}`, which is filled as calls end,"
            value.shape |= {Taint(Cause.COMPLETION, REQUEST, place, what)}
    return value


def _as_reordered(owner: Obj, value: Value, name: str) -> Value:
    """A table in which what was used last stands last has another order after each use."""
    for info in owner.cls.line():
        node = info.reordered.get(name)
        if node is not None and isinstance(value, ListV | DictV):
            place = place_of(info.module, node, f"{info.name}.{name}")
            what = f"the order of last use in `self.{name}`"
            value.shape |= {Taint(Cause.UNORDERED, REQUEST, place, what)}
    return value


def _counted(run: Run, owner: Obj, name: str) -> tuple[ModuleInfo, int] | None:
    """Where something else than its object counts an attribute; in the module of its class, if there."""
    found = run.project.counted.get(name, [])
    if _is_number(owner, name):
        found = [*found, *run.project.summed.get(name, [])]
    return min(found, key=lambda each: each[0] is not owner.cls.module, default=None)


def _changed_by_tools(run: Run, owner: Obj, name: str) -> tuple[ModuleInfo, int] | None:
    """Where a function of an agent changes an attribute of what it gets of its user, in the module of the class."""
    found = run.project.changed.get(name, [])
    return next((each for each in found if each[0] is owner.cls.module), None)


def _switched(run: Run, owner: Obj, name: str) -> tuple[ModuleInfo, int] | None:
    """Where one function switches an attribute on and another one off, in the module of the class."""
    found = run.project.switched.get(name, [])
    return next((each for each in found if each[0] is owner.cls.module), None)


def _is_number(owner: Obj, name: str) -> bool:
    """Whether an attribute is declared to be a number."""
    for info in owner.cls.line():
        said = info.annotations.get(name)
        if isinstance(said, ast.Name) and said.id in ("int", "float", "Decimal"):
            return True
    return False


def _with_state(value: Value, state: Taints, grows: bool, label: str) -> Value:
    match value:
        case ListV():
            value.as_text |= state
            value.persists = True
            if grows and not any(i.many for i in value.items):
                value.add(Opaque(parent=value, index="all", label=f"{label}[]"), many=True)
            return value
        case DictV():
            value.as_text |= state
            value.persists = True
            return value
        case Const(value=None) | Opaque() if grows:
            shape = value.shape if isinstance(value, Opaque) else NONE
            made = ListV(persists=True, as_text=state, shape=shape)
            made.add(Opaque(parent=made, index="all", label=f"{label}[]"), many=True)
            return made
        case Choice(options=options, taints=taints) if any(isinstance(o, ListV) for o in options):
            return Choice([_with_state(o, state, grows, label) for o in options], taints)
        case Obj() | FnV() | Ext() | Method() | ModV() | ClassV():
            return value
        case _:
            return Opaque(taints_in(value) | state, label=label)
