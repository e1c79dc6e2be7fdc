"""Calls: functions of the project are followed, others are known by name, the rest keeps what went in."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from ..finding import Cause, Place
from ..layout import RELEASE, REQUEST
from .arguments import Arguments, arguments_of, fans_out
from .calling import Calling
from .contents import put_into
from .copies import frozen, returned
from .decorating import is_cached
from .expressions import evaluate
from .externals.call import call_external
from .frames import Frame
from .frameworks import PREDICTORS
from .holding import decided, join, shape_of, taints_in, union
from .implementing import implemented
from .instances import instantiate, self_of
from .machine import MAX_CALLS, MAX_DEPTH, Run
from .memories import handed_over
from .message_templates import offer
from .method_values import method_of
from .methods.call import call_method
from .parameters import bind_parameters
from .places import place_of
from .records import as_found, kept_by_call
from .signatures import judge_fields, signature_of
from .sinks.call import called_sink, posted
from .sinks.hooks import judge_hook
from .taints import Taint
from .texts import literal
from .values import (
    Choice,
    ClassInfo,
    ClassV,
    DictV,
    Ext,
    FnV,
    ListV,
    Method,
    Obj,
    Opaque,
    PartialV,
    PromptV,
    SuperV,
    Value,
)


def call_node(run: Run, frame: Frame, node: ast.Call) -> Value:
    """The value of a call."""
    callee = evaluate(run, frame, node.func)
    fans = fans_out(callee, node)
    if fans:
        run.concurrent.append(place_of(frame.module, node))
    try:
        given = arguments_of(run, frame, node)
        return called(run, frame, callee, given, node)
    finally:
        if fans:
            run.concurrent.pop()


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
    call = Calling(run, frame, "", given.args, given.kwargs, node, rest=given.rest)
    if isinstance(callee, FnV):
        return _followed(call, callee)
    if isinstance(callee, ClassV):
        return instantiate(run, callee.info, given.args, given.kwargs)
    if isinstance(callee, Obj) and (fn := _call_of(callee)) is not None:
        return call_function(run, fn, given.args, given.kwargs, call.here, given.rest)
    return _of_others(call, callee)


def _followed(call: Calling, fn: FnV) -> Value:
    """What a function of the project gives, unless it is one that sends what it is given."""
    sent = called_sink(call, fn)
    if sent is not None and sent.is_own:
        return sent.value
    found = implemented(call, fn)
    if found is None:
        found = call_function(call.run, fn, call.args, call.kwargs, call.here, call.rest)
    return returned(found, call.here, call.run.loop_numbers())


def _call_of(thing: Obj) -> FnV | None:
    """The `__call__` of an object, bound to it."""
    info = next((c for c in thing.cls.line() if "__call__" in c.methods), None)
    if info is None:
        return None
    fn = method_of(info, "__call__")
    fn.bound = thing
    return fn


def _of_others(call: Calling, callee: Value) -> Value:
    """What something gives whose code is not followed: a sink, a library, a method, or what nobody knows."""
    call.run.evidence += judge_fields(call, callee)
    sent = called_sink(call, callee)
    if sent is not None:
        return sent.value
    if not isinstance(callee, Method):
        handed_over(call)
    if not isinstance(callee, Method) or not isinstance(callee.receiver, PromptV):
        offer(call)
    match callee:
        case Ext():
            return _external(call, callee)
        case Method():
            return call_method(call.named(callee.name).of(callee.receiver))
        case Opaque():
            return _opaque(call, callee)
        case _:
            return Opaque()


def _external(call: Calling, callee: Ext) -> Value:
    """What a library's function or class gives."""
    if callee.name == "super" and call.frame.owner is not None:
        return _super(call.frame)
    key = literal(call.args[0]) if call.args else None
    kept = kept_by_call(call.run, call.frame, callee, key, call.node) if key is not None else None
    if kept is not None:
        return kept
    named = call.named(callee.name)
    found = call_external(named)
    if not isinstance(found, Opaque):
        return found
    if signature := signature_of(named):
        found.signature = signature
    if call.rest is not None:
        found.taints |= taints_in(call.rest, 3) - shape_of(call.rest)
        found.shape |= shape_of(call.rest)
    return found


def _opaque(call: Calling, callee: Opaque) -> Value:
    """What something gives of which only the name is known, or what it holds."""
    if callee.label in PREDICTORS:
        return Opaque(label=callee.label)  # a model wrote it, of whatever it was asked with
    if isinstance(call.node.func, ast.Attribute):
        receiver = evaluate(call.run, call.frame, call.node.func.value)
        return call_method(call.named(call.node.func.attr).of(receiver))
    if callee.contents is not None:
        put_into(call.run, call.frame, callee.contents, call.args, call.here)
        return Opaque(label=callee.label, contents=callee.contents)
    return call_external(call.named(callee.label))


def _super(frame: Frame) -> Value:
    """`super()` in a method: the same object, from the next class on."""
    me = frame.env.get(frame.me)
    return SuperV(me, frame.owner) if isinstance(me, Obj) and frame.owner else Opaque()


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
    frame = Frame(fn.module, {}, fn.name, outer=fn.closure, owner=fn.owner, called_at=place)
    bind_parameters(run, frame, fn, list(args), dict(kwargs), rest)
    with run.share(fn):
        run.active.append(fn.node)
        run.frames.append(frame)
        if isinstance(fn.node, ast.Lambda):
            frame.returns.append(evaluate(run, frame, fn.node.body))
        else:
            frame.statements = fn.node.body
            if len(run.active) == 1:
                for name in frame.params - {frame.me}:
                    as_found(run, frame, name, frame.env[name])
            run.body(run, frame, fn.node.body)
            if len(run.active) == 1:
                judge_hook(run, frame, fn)
        run.active.pop()
        run.frames.pop()
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


def root(run: Run, fn: FnV) -> Value:
    """Follow a function with arguments of which nothing but the types is known."""
    return call_function(run, fn, [], {})


class Following:
    """What calls give, for all modules of the machine that this one builds upon."""

    def node(self, run: Run, frame: Frame, node: ast.Call) -> Value:
        """The value of a call that is written."""
        return call_node(run, frame, node)

    def value(
        self,
        run: Run,
        frame: Frame,
        callee: Value,
        args: list[Value],
        kwargs: dict[str, Value],
        node: ast.Call,
    ) -> Value:
        """What any value gives that is called."""
        return called(run, frame, callee, Arguments(args, kwargs), node)

    def function(
        self, run: Run, fn: FnV, args: Sequence[Value], kwargs: Mapping[str, Value]
    ) -> Value:
        """What a function of the project gives."""
        return call_function(run, fn, args, kwargs)

    def instance(self, run: Run, info: ClassInfo) -> Value:
        """Any instance of a class, long built."""
        return self_of(run, info)

    def body(self, run: Run, frame: Frame, body: DictV, node: ast.Call) -> None:
        """Note a request whose body is written as JSON."""
        posted(run, frame, body, node)
