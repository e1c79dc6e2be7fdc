"""Instances of the project's classes: how they are built, and what any of them is once it was built."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from ..layout import RELEASE, SESSION
from .annotations import annotated
from .budget import MAX_STEPS
from .building import merge, splice
from .copies import frozen
from .frames import Frame
from .loading import fill_in_any_order
from .machine import OutOfSteps, Run
from .method_values import decorators, method_of
from .places import bound_method
from .restoring import begin_as_restored
from .values import ClassInfo, ClassV, Const, DictV, ListV, Obj, Opaque, Text, Value
from .walking import walk


def instantiate(
    run: Run,
    info: ClassInfo,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    is_any: bool = False,
) -> Value:
    """A new instance; `is_any`: it stands for any, in whose containers there is something by now."""
    line = info.line()
    if any(name.endswith("TypedDict") for each in line for name in each.external):
        return _table_of(run, info, kwargs, is_any)
    made = Obj(info)
    told = _by_new(run, info, args, kwargs)
    if told is not None:
        return told
    for each in line:
        if "__init__" in each.methods:
            fn = bound_method(method_of(each, "__init__"), made)
            fills_container(made, (), {})
            run.calls.function(run, fn, list(args), dict(kwargs))
            return made
    if fills_container(made, args, kwargs):
        return made
    _fill_fields(run, made, list(args), dict(kwargs), is_any)
    return made


def _by_new(
    run: Run, info: ClassInfo, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> Value | None:
    """What `__new__` gives, where that is a text or varies; else instances are what they are without it."""
    if "__new__" not in info.methods:
        return None
    fn = bound_method(method_of(info, "__new__"), ClassV(info))
    found = run.calls.function(run, fn, list(args), dict(kwargs))
    is_text = isinstance(found, Text) or (isinstance(found, Const) and isinstance(found.value, str))
    return found if is_text or (isinstance(found, Opaque) and found.taints) else None


def _table_of(run: Run, info: ClassInfo, kwargs: Mapping[str, Value], is_any: bool) -> DictV:
    """A `TypedDict`: what it is given; any such table holds something of each type that is declared."""
    made = DictV({**kwargs})
    for each in info.line() if is_any else ():
        for name, said in each.annotations.items():
            made.fields.setdefault(name, annotated(run, each.module, said, name, said))
    return made


CONTENT = "data"
"""The attribute that holds what an instance of a class contains that is a list, a table or a text itself."""

_CONTAINERS = {"list": "list", "UserList": "list", "deque": "list", "set": "set", "tuple": "tuple"}
_TABLES = frozenset({"dict", "UserDict", "OrderedDict"})


def fills_container(made: Obj, args: Sequence[Value], kwargs: Mapping[str, Value]) -> bool:
    """Give an instance of a subclass of `list`, `dict` or `str` what it contains; whether it is one."""
    for each in made.cls.line():
        for base in (name.rpartition(".")[2] for name in each.external):
            if base in _CONTAINERS:
                held = ListV(_CONTAINERS[base])
                for value in args[:1]:
                    splice(held, value)
                made.attrs[CONTENT] = held
                return True
            if base in _TABLES:
                table = DictV({**kwargs})
                for value in args[:1]:
                    merge(table, value)
                made.attrs[CONTENT] = table
                return True
            if base in ("str", "UserString"):
                made.attrs[CONTENT] = args[0] if args else Const("")
                return True
    return False


def _fill_fields(
    run: Run, made: Obj, args: list[Value], kwargs: dict[str, Value], is_any: bool
) -> None:
    """A dataclass: fields in order, defaults made anew for each instance."""
    for info in reversed(made.cls.line()):
        frame = Frame(info.module, {}, info.name)
        for name, annotation in info.annotations.items():
            if args:
                made.attrs[name] = args.pop(0)
            elif name in kwargs:
                made.attrs[name] = kwargs[name]
            elif name in info.defaults:
                held = _field_default(run, frame, info, name)
                if is_any and isinstance(held, ListV | DictV):
                    held = _filled(run, info, name, held)
                made.attrs[name] = held
            else:
                made.attrs[name] = annotated(run, info.module, annotation, name, annotation)
    for info in made.cls.line():
        for name in (*_AFTER, *(n for n in info.methods if _checks_whole(info, n))):
            if name in info.methods:
                fn = bound_method(method_of(info, name), made)
                run.calls.function(run, fn, [Opaque()] * (name != "__post_init__"), {})
                return


_AFTER = ("__post_init__", "__attrs_post_init__", "model_post_init")
"""Methods that run when the fields of a new instance are filled."""


def _checks_whole(info: ClassInfo, name: str) -> bool:
    """Whether a method is pydantic's check of a whole instance, which may fill it."""
    return "model_validator" in decorators(info.methods[name]) and "after" in ast.unparse(
        info.methods[name].decorator_list[0]
    )


def _filled(run: Run, info: ClassInfo, name: str, held: ListV | DictV) -> Value:
    """An empty container of a class of the project: by its annotation it is known what comes into it."""
    said = annotated(run, info.module, info.annotations[name], name, info.annotations[name])
    is_empty = not (held.items if isinstance(held, ListV) else held.fields or held.rest)
    return said if is_empty and isinstance(said, Opaque) and said.item is not None else held


def _field_default(run: Run, frame: Frame, info: ClassInfo, name: str) -> Value:
    """What a field is without an argument: a factory runs for each instance, a value was computed at import."""
    node = info.defaults[name]
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in ("default_factory", "factory"):
                factory = run.evaluate(run, frame, keyword.value)
                call = ast.copy_location(ast.Call(keyword.value, [], []), node)
                return run.calls.value(run, frame, factory, [], {}, call)
            if keyword.arg == "default":
                return frozen(run.evaluate(run, frame, keyword.value), RELEASE)
    return info.attrs.get(name) or frozen(run.evaluate(run, frame, node), RELEASE)


def outlasting(value: Value) -> Value:
    """A value as others find it who come later: nothing in it varies sooner than a session."""
    held = frozen(value, SESSION)
    if isinstance(held, DictV) or (isinstance(held, ListV) and not held.items):
        held.persists = True
    if isinstance(held, Obj):
        held.is_symbolic = True
        _outlasts(held)
    return held


def _outlasts(thing: Obj, depth: int = 3) -> None:
    """What an object holds is there before a call and after it, and so is what its parts hold."""
    for value in thing.attrs.values():
        if isinstance(value, ListV | DictV):
            value.persists = True
        elif isinstance(value, Obj) and depth and not value.is_symbolic:
            value.is_symbolic = True
            _outlasts(value, depth - 1)


_OPENS = re.compile(r"(a?open|a?connect|start|setup|set_up|initiali[sz]e|__aenter__)(_\w+)?$")
"""Methods that fill an instance before it is used."""


_STARTS = re.compile(r"as_completed|gather\(|TaskGroup|create_task_group|open_nursery|start_soon")
"""What runs calls side by side."""


def _source(info: ClassInfo, method: ast.AST) -> str:
    """A method, and the functions of its module that it calls by name."""
    names = {
        n.func.id for n in walk(method) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    inner = [n for n in info.module.tree.body if getattr(n, "name", "") in names]
    return "\n".join(ast.unparse(n) for n in (method, *inner))


def _open(run: Run, made: Obj) -> None:
    """Run what fills an instance with what comes in as calls end: the order stays in it."""
    for info in made.cls.line():
        for name, node in info.methods.items():
            if _OPENS.match(name) and _STARTS.search(_source(info, node)):
                fn = bound_method(method_of(info, name), made)
                run.calls.function(run, fn, [], {})


def self_of(run: Run, info: ClassInfo) -> Value:
    """Any instance, long built: nothing in it changes sooner than a session, unless methods change it."""
    held = run.selves.get(id(info))
    if held is not None:
        return held
    run.selves[id(info)] = Obj(info, is_symbolic=True)
    try:
        made = _long_built(run, info)
    except (OutOfSteps, RecursionError):
        run.cut.setdefault(id(info), info)
        return run.selves[id(info)]
    if not isinstance(made, Obj):
        del run.selves[id(info)]  # a table is made anew for everybody: who gets it may change it
        return made
    settled = outlasting(made)
    assert isinstance(settled, Obj)
    run.selves[id(info)] = settled
    return settled


def _long_built(run: Run, info: ClassInfo) -> Value:
    """An instance, once whatever fills it has run. Raises OutOfSteps."""
    with run.afresh(MAX_STEPS // 3):
        made = instantiate(run, info, [], {}, is_any=True)
        if isinstance(made, Obj):
            _open(run, made)
            fill_in_any_order(run, made)
            begin_as_restored(run, made)
    return made
