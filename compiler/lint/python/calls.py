"""Calls: functions of the project are followed, others are known by name, the rest keeps what went in."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..finding import Cause, Place
from ..layout import RELEASE, REQUEST, SESSION, TURN
from .annotations import annotated
from .building import splice
from .expressions import evaluate
from .externals.call import call_external
from .holding import decided, frozen, join, passed, shape_of, union
from .listings import FAN_OUT, FAN_OUT_METHODS
from .machine import MAX_CALLS, MAX_DEPTH, MAX_STEPS, Frame, Run, dotted, place_of
from .methods.call import call_method
from .names import is_cached, method_of
from .sinks.call import called_sink
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
    Obj,
    Opaque,
    PartialV,
    Taint,
    Value,
)


@dataclass(slots=True)
class Arguments:
    """The arguments of a call: positional ones, named ones, and what `**` brought that isn't known."""

    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Value] = field(default_factory=dict)
    rest: Value | None = None


def call_node(run: Run, frame: Frame, node: ast.Call) -> Value:
    """The value of a call."""
    callee = evaluate(run, frame, node.func)
    fans = _fans_out(callee, node)
    if fans:
        run.concurrent.append(place_of(frame.module, node))
    try:
        given = _arguments(run, frame, node)
        return called(run, frame, callee, given, node)
    finally:
        if fans:
            run.concurrent.pop()


def _fans_out(callee: Value, node: ast.Call) -> bool:
    name = callee.name if isinstance(callee, Ext) else ""
    if name in FAN_OUT:
        return True
    last = dotted(node.func).rpartition(".")[2]
    return (
        isinstance(callee, Opaque | Method) and last in FAN_OUT_METHODS and "." in dotted(node.func)
    )


def _arguments(run: Run, frame: Frame, node: ast.Call) -> Arguments:
    given = Arguments()
    spread = ListV("tuple")
    for each in node.args:
        if isinstance(each, ast.Starred):
            splice(spread, evaluate(run, frame, each.value))
            given.args += [i.value for i in spread.items]
        else:
            given.args.append(evaluate(run, frame, each))
    for keyword in node.keywords:
        value = evaluate(run, frame, keyword.value)
        if keyword.arg is not None:
            given.kwargs[keyword.arg] = value
        else:
            _spread(given, value)
    return given


def _spread(given: Arguments, value: Value) -> None:
    match value:
        case DictV(fields=fields, rest=rest):
            given.kwargs |= {key: held for key, held in fields.items() if isinstance(key, str)}
            given.rest = rest or given.rest
        case Choice(options=options, taints=taints):
            for option in options:
                if isinstance(option, DictV):
                    for key, held in option.fields.items():
                        if isinstance(key, str):
                            given.kwargs[key] = join([given.kwargs.get(key), held], taints)
        case Const(value=None):
            pass
        case _:
            given.rest = value


def called(run: Run, frame: Frame, callee: Value, given: Arguments, node: ast.Call) -> Value:
    """What a callee gives for arguments."""
    if isinstance(callee, Choice):
        outer, run.drawn = run.drawn, run.drawn | callee.taints
        found = [called(run, frame, option, given, node) for option in callee.options]
        run.drawn = outer
        return join(found, callee.taints)
    if isinstance(callee, PartialV):
        merged = Arguments([*callee.args, *given.args], callee.kwargs | given.kwargs, given.rest)
        return called(run, frame, callee.func, merged, node)
    place = place_of(frame.module, node)
    if isinstance(callee, FnV):
        sent = called_sink(run, frame, callee, given.args, given.kwargs, given.rest, node)
        if sent is not None and sent.is_own:
            return sent.value
        return passed(
            call_function(run, callee, given.args, given.kwargs, place, given.rest), place
        )
    if isinstance(callee, ClassV):
        return instantiate(run, callee.info, given.args, given.kwargs)
    if isinstance(callee, Obj):
        for info in callee.cls.line():
            if "__call__" in info.methods:
                fn = method_of(info, "__call__")
                fn.bound = callee
                return call_function(run, fn, given.args, given.kwargs, place, given.rest)
    sent = called_sink(run, frame, callee, given.args, given.kwargs, given.rest, node)
    if sent is not None:
        return sent.value
    if isinstance(callee, Ext):
        return call_external(run, frame, callee.name, given.args, given.kwargs, node)
    if isinstance(callee, Method):
        return call_method(run, frame, callee.receiver, callee.name, given.args, given.kwargs, node)
    if isinstance(callee, Opaque) and isinstance(node.func, ast.Attribute):
        receiver = evaluate(run, frame, node.func.value)
        return call_method(run, frame, receiver, node.func.attr, given.args, given.kwargs, node)
    if isinstance(callee, Opaque):
        return call_external(run, frame, callee.label, given.args, given.kwargs, node)
    return Opaque()


# --- functions of the project -----------------------------------------------------------------------


def call_function(
    run: Run,
    fn: FnV,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    place: Place | None = None,
    rest: Value | None = None,
) -> Value:
    """Follow a function of the project; what it returns, yields, or nothing that is known."""
    if fn.node in run.active:
        return _again(run, fn, args, place)
    if len(run.active) >= MAX_DEPTH or run.counts[id(fn.node)] >= MAX_CALLS:
        run.cut.setdefault(id(fn.node), fn)
        return Opaque(label=fn.name)
    run.counts[id(fn.node)] += 1
    frame = Frame(fn.module, {}, fn.name, outer=fn.closure, owner=fn.owner)
    bind_parameters(run, frame, fn, list(args), dict(kwargs), rest)
    with run.share(fn):
        run.active.append(fn.node)
        if isinstance(fn.node, ast.Lambda):
            frame.returns.append(evaluate(run, frame, fn.node.body))
        else:
            frame.statements = fn.node.body
            run.body(run, frame, fn.node.body)
        run.active.pop()
    return _result(fn, frame)


def _again(run: Run, fn: FnV, args: Sequence[Value], place: Place | None) -> Value:
    """A function that calls itself with less of a history: what is left in the end is a window."""
    cut = union(shape_of(value) for value in args)
    left = frozenset(t for t in cut if t.cause is Cause.WINDOW or t.flag == "rest")
    if not any(t.flag == "rest" for t in left) or place is None:
        return Opaque(label=fn.name, shape=left)
    what = f"`{fn.name}`, which drops the oldest messages until the rest fits"
    window = Taint(Cause.WINDOW, REQUEST, place, what, loops=run.loop_numbers())
    return Opaque(label=fn.name, shape=frozenset({window}))


def _result(fn: FnV, frame: Frame) -> Value:
    if frame.yields:
        if fn.marks & {"contextmanager", "asynccontextmanager", "fixture"}:
            return join(frame.yields)
        made = ListV("generator", shape=frame.yield_shape)
        for each in frame.yields:
            made.add(each, many=True)
        return made
    found = decided(frame.returns, frame.return_taints if len(frame.returns) > 1 else frozenset())
    return frozen(found, RELEASE) if is_cached(fn.marks) else found


def bind_parameters(
    run: Run,
    frame: Frame,
    fn: FnV,
    args: list[Value],
    kwargs: dict[str, Value],
    rest: Value | None = None,
) -> None:
    """Give every parameter its argument, its default, or an unknown value of its type."""
    spec = fn.node.args
    names = [*spec.posonlyargs, *spec.args]
    if fn.bound is not None:
        args = [fn.bound, *args]
    if names and fn.owner is not None:
        frame.me = names[0].arg
    for number, parameter in enumerate(names):
        if number < len(args):
            frame.env[parameter.arg] = args[number]
        else:
            frame.env[parameter.arg] = _named(run, fn, parameter, kwargs, rest)
    for parameter in spec.kwonlyargs:
        frame.env[parameter.arg] = _named(run, fn, parameter, kwargs, rest)
    if spec.vararg:
        made = ListV("tuple")
        for extra in args[len(names) :]:
            made.add(extra)
        if not made.items and not args:
            frame.env[spec.vararg.arg] = Opaque(label=spec.vararg.arg)
        else:
            frame.env[spec.vararg.arg] = made
    if spec.kwarg:
        taken = {p.arg for p in (*names, *spec.kwonlyargs)}
        frame.env[spec.kwarg.arg] = DictV(
            {k: v for k, v in kwargs.items() if k not in taken},
            rest or Opaque(label=spec.kwarg.arg),
        )
    frame.params = frozenset(p.arg for p in (*names, *spec.kwonlyargs))


def _named(
    run: Run, fn: FnV, parameter: ast.arg, kwargs: dict[str, Value], rest: Value | None
) -> Value:
    if parameter.arg in kwargs:
        return kwargs[parameter.arg]
    default = fn.defaults.get(parameter.arg)
    if default is not None and not (isinstance(default, Const) and default.value is None):
        unknown = not run.active
        if unknown and isinstance(default, Opaque) and not default.taints and parameter.annotation:
            return annotated(run, fn.module, parameter.annotation, parameter.arg, parameter)
        if not unknown or not isinstance(default, Const):
            return default
        return join(
            [default, annotated(run, fn.module, parameter.annotation, parameter.arg, parameter)]
        )
    if default is not None and run.active:
        return default
    if not run.active and parameter.arg in ASKED:
        return _asked(run, fn, parameter)
    return annotated(run, fn.module, parameter.annotation, parameter.arg, parameter)


ASKED = frozenset(
    "question query user_input user_text user_message user_query text wish utterance request_text".split()
)
"""Names of parameters that hold what a person asks for: what hangs on it differs from turn to turn."""


def _asked(run: Run, fn: FnV, parameter: ast.arg) -> Value:
    """What a person asks for, of which tools and options should not depend."""
    found = annotated(run, fn.module, parameter.annotation, parameter.arg, parameter)
    if not isinstance(found, Opaque) or found.taints or found.item is not None:
        return found
    place = place_of(fn.module, parameter)
    taint = Taint(
        Cause.STATE, TURN, place, f"`{parameter.arg}`, another one each time", flag="asked"
    )
    return replace(found, taints=frozenset({taint}))


def root(run: Run, fn: FnV) -> Value:
    """Follow a function with arguments of which nothing but the types is known."""
    return call_function(run, fn, [], {})


# --- classes of the project -------------------------------------------------------------------------


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
        return DictV({**kwargs})
    made = Obj(info)
    for each in line:
        if "__init__" in each.methods:
            fn = method_of(each, "__init__")
            fn.bound = made
            call_function(run, fn, args, kwargs)
            return made
    _fill_fields(run, made, list(args), dict(kwargs), is_any)
    return made


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
        if "__post_init__" in info.methods:
            fn = method_of(info, "__post_init__")
            fn.bound = made
            call_function(run, fn, [], {})
            return


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
            if keyword.arg == "default_factory":
                factory = evaluate(run, frame, keyword.value)
                call = ast.copy_location(ast.Call(keyword.value, [], []), node)
                return called(run, frame, factory, Arguments(), call)
            if keyword.arg == "default":
                return frozen(evaluate(run, frame, keyword.value), RELEASE)
    return info.attrs.get(name) or frozen(evaluate(run, frame, node), RELEASE)


def self_of(run: Run, info: ClassInfo) -> Value:
    """Any instance, long built: nothing in it changes sooner than a session, unless methods change it."""
    held = run.selves.get(id(info))
    if held is not None:
        return held
    run.selves[id(info)] = Obj(info, is_symbolic=True)
    with run.afresh(MAX_STEPS // 3):
        made = instantiate(run, info, [], {}, is_any=True)
    if not isinstance(made, Obj):
        return made
    settled = frozen(made, SESSION)
    assert isinstance(settled, Obj)
    settled.is_symbolic = True
    for value in settled.attrs.values():
        if isinstance(value, ListV | DictV):
            value.persists = True
    run.selves[id(info)] = settled
    return settled


def entry(run: Run, what: str, *rest: object) -> Value:
    """What other modules of the machine call: `node`, `self`, `call` and `value`."""
    match what, rest:
        case "node", [Frame() as frame, ast.Call() as node]:
            return call_node(run, frame, node)
        case "self", [ClassInfo() as info]:
            return self_of(run, info)
        case "call", [FnV() as fn, list() as args, dict() as kwargs, _]:
            return call_function(run, fn, args, kwargs)
        case "value", [
            Frame() as frame,
            callee,
            list() as args,
            dict() as kwargs,
            ast.Call() as node,
        ]:
            return called(run, frame, callee, Arguments(args, kwargs), node)  # type: ignore[arg-type]
        case _:
            return Opaque()
