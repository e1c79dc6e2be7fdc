"""Names and attributes: locals, globals, imports, instances, and what an attribute that changes means."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..finding import Cause
from ..layout import SESSION, TURN
from .annotations import annotated
from .decorating import as_decorated
from .descriptors import PROPERTIES, computed, of_metaclass
from .dunders import called_by_python
from .elsewhere import assigned_elsewhere
from .frames import Frame
from .holding import join
from .labels import is_constant, label_taints
from .machine import Run
from .method_values import is_class_method, method_of
from .moving import as_moved
from .nouns import noun_of
from .parts import part_of
from .places import bound_method, dotted, place_of
from .records import as_kept
from .sources.standard import HOST_VALUES
from .state import as_state
from .taints import NONE, Taint
from .values import (
    AgentV,
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
    PromptV,
    StateV,
    SuperV,
    Text,
    Value,
)

BUILTINS = frozenset(
    "print len sorted list dict set frozenset tuple str repr int float bool range enumerate zip map filter reversed "
    "open input hash id min max sum any all isinstance getattr setattr hasattr iter next type super format vars dir "
    "abs round slice locals globals eval __import__ property staticmethod classmethod object Exception ValueError "
    "callable bytes chr ord".split()
)


def look_up(run: Run, frame: Frame, name: str) -> Value:
    """The value of a name: of the function, of those around it, of the module, or a builtin."""
    if name in frame.env:
        is_global = name in frame.globals_named
        if not is_global:
            return frame.env[name]
        return as_moved(run, frame.module, name, _as_counted(frame, name, frame.env[name]))
    if name in frame.outer:
        return as_moved(run, frame.outer, name, frame.outer[name])
    found = frame.module.env.get(name)
    if found is not None:
        found = as_moved(run, frame.module, name, found)
        others = assigned_elsewhere(run, frame.module, name) if frame.name else NONE
        held = join([found, Const("")], others) if others else found
        return _as_counted(frame, name, held)
    if name in BUILTINS:
        return Ext(name)
    return Opaque(label=name, is_fixed=name == "__file__" or is_constant(name))


def _as_counted(frame: Frame, name: str, value: Value) -> Value:
    """A global number that functions count: another one on each call."""
    total = frame.module.totals.get(name)
    if total is not None and frame.name and isinstance(value, DictV):
        counted = _count(frame, name, total)
        fields = {k: counted if _is_number(v) else v for k, v in value.fields.items()}
        return replace(value, fields=fields, rest=counted)
    change = frame.module.counted.get(name)
    if change is None or not frame.name or not _is_number(value):
        return value
    return _count(frame, name, change)


def _is_number(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, int | float)


def _count(frame: Frame, name: str, change: ast.AST) -> Opaque:
    place = place_of(frame.module, change, name)
    what = f"`{name}`, which changes from call to call"
    return Opaque(frozenset({Taint(Cause.STATE, TURN, place, what)}), label=name)


def member(run: Run, module: ModuleInfo, name: str) -> Value | None:
    """A name of another module of the project, executed first."""
    run.prepare(run, module)
    found = module.env.get(name)
    if found is None:
        inner = run.project.modules.get(f"{module.name}.{name}")
        return imported_module(run, inner) if inner else None
    return found


def imported_module(run: Run, module: ModuleInfo) -> ModV:
    """A module that is imported, whose body runs by that: it may register things elsewhere."""
    run.prepare(run, module)
    return ModV(module)


def attribute(run: Run, frame: Frame, value: Value, node: ast.Attribute) -> Value:
    """`value.name`."""
    name = node.attr
    match value:
        case Obj():
            return _of_object(run, frame, value, node)
        case ModV(info=info):
            return run.set_since(info, name) or member(run, info, name) or Opaque(label=name)
        case Ext(name=dotted):
            return as_kept(run, value, name) or _of_external(frame, f"{dotted}.{name}", node)
        case ClassV(info=info):
            return _of_class(run, info, name, value)
        case Choice(options=options, taints=taints):
            return join([attribute(run, frame, option, node) for option in options], taints)
        case DictV(fields=fields) if name in fields:
            return fields[name]
        case SuperV(receiver=receiver, after=after):
            return _behind(run, frame, receiver, after, node)
        case DictV() | ListV() | Text() | Const() | PromptV() | AgentV() | StateV():
            return Method(value, name)
        case Opaque():
            return run.set_since(value, name) or part_of(value, name)
        case FnV(node=inner):
            return run.set_since(inner, name) or Method(value, name)
        case _:
            return Method(value, name)


def _behind(run: Run, frame: Frame, value: Obj, after: ClassInfo, node: ast.Attribute) -> Value:
    """`super().name`: the method of the next class that has it, of the same object."""
    line = value.cls.line()
    behind = line[line.index(after) + 1 :] if after in line else after.line()[1:]
    for info in behind:
        if node.attr in info.methods:
            return _method(run, value, info, node.attr)
    return Method(value, node.attr)


def _of_external(frame: Frame, full: str, node: ast.Attribute) -> Value:
    if full not in HOST_VALUES:
        return Ext(full)
    taint = Taint(Cause.HOST, SESSION, place_of(frame.module, node), f"`{full}`")
    return Opaque(frozenset({taint}), label=full)


def _of_class(run: Run, info: ClassInfo, name: str, value: Value) -> Value:
    for each in info.line():
        since = run.set_since(each, name)
        if since is not None:
            return since
        if name in each.methods:
            return bound_method(
                method_of(each, name), value if is_class_method(each.methods[name]) else None
            )
        if name in each.attrs:
            return as_moved(run, each, name, computed(run, each.attrs[name], Const(None), each))
    return of_metaclass(run, info, name, value) or Opaque(label=f"{info.name}.{name}")


def _of_object(run: Run, frame: Frame, value: Obj, node: ast.Attribute) -> Value:
    name = node.attr
    if name == "__dict__":
        return DictV(value.attrs)  # type: ignore[arg-type]
    for info in value.cls.line():
        if name in info.methods:
            return _method(run, value, info, name)
    if name in value.attrs:
        return as_state(run, value, _told_by(name, value.attrs[name], node, frame), node, frame)
    for info in value.cls.line():
        if name in info.attrs and name not in info.annotations:
            held = computed(run, info.attrs[name], value, info)
            return as_state(run, value, held, node, frame)
        if name in info.annotations:
            found = annotated(run, info.module, info.annotations[name], name, node)
            return _told_by(name, found, node, frame)
        if name in info.attrs:
            return info.attrs[name]
    told = called_by_python(run, value, "__getattr__", [Const(name)])
    if told is not None:
        return told
    if value.cls.external:
        return Method(value, name)
    return as_state(run, value, Opaque(label=f"self.{name}"), node, frame)


def _told_by(name: str, value: Value, node: ast.Attribute, frame: Frame) -> Value:
    """An attribute whose name says more of how long it stays the same than the parameter that it was."""
    if not isinstance(value, Opaque) or value.taints:
        return value
    place = place_of(frame.module, node)
    if label_taints(value, place):
        return value
    owner = dotted(node.value).rpartition(".")[2]
    if owner == frame.me:  # in its class, an object has the name that such objects have elsewhere
        owner = noun_of(frame.owner)
    spelled = (name, f"{owner}.{name}") if owner else (name,)
    named = [replace(value, label=each) for each in spelled]
    told = next((each for each in named if label_taints(each, place)), None)
    if told is None and value.label == name and owner in frame.params - {frame.me}:
        return named[-1]
    return told or value


def _method(run: Run, value: Obj, info: ClassInfo, name: str) -> Value:
    fn = bound_method(as_decorated(run, info, name), value)
    if fn.marks & PROPERTIES:
        found = run.calls.function(run, fn, [], {})
        if "cached_property" in fn.marks:
            from .copies import frozen

            return frozen(found, SESSION)
        return found
    if "staticmethod" in fn.marks:
        return replace(fn, bound=None)
    return fn
