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
    place = call.here
    if isinstance(callee, FnV):
        sent = called_sink(call, callee)
        if sent is not None and sent.is_own:
            return sent.value
        found = implemented(call, callee)
        if found is None:
            found = call_function(run, callee, given.args, given.kwargs, place, given.rest)
        return returned(found, place, run.loop_numbers())
    if isinstance(callee, ClassV):
        return instantiate(run, callee.info, given.args, given.kwargs)
    if isinstance(callee, Obj):
        for info in callee.cls.line():
            if "__call__" in info.methods:
                fn = method_of(info, "__call__")
                fn.bound = callee
                return call_function(run, fn, given.args, given.kwargs, place, given.rest)
    run.evidence += judge_fields(call, callee)
    sent = called_sink(call, callee)
    if sent is not None:
        return sent.value
    if not isinstance(callee, Method | FnV):
        handed_over(call)
    if not isinstance(callee, Method) or not isinstance(callee.receiver, PromptV):
        offer(call)
    if isinstance(callee, Ext) and callee.name == "super" and frame.owner is not None:
        return _super(frame)
    key = literal(given.args[0]) if given.args and isinstance(callee, Ext) else None
    if isinstance(callee, Ext) and key is not None:
        kept = kept_by_call(run, frame, callee, key, node)
        if kept is not None:
            return kept
    if isinstance(callee, Ext):
        found = call_external(call.named(callee.name))
        if isinstance(found, Opaque) and (signature := signature_of(call.named(callee.name))):
            found.signature = signature
        if given.rest is not None and isinstance(found, Opaque):
            found.taints |= taints_in(given.rest, 3) - shape_of(given.rest)
            found.shape |= shape_of(given.rest)
        return found
    if isinstance(callee, Method):
        return call_method(call.named(callee.name).of(callee.receiver))
    if isinstance(callee, Opaque) and callee.label in PREDICTORS:
        return Opaque(label=callee.label)  # a model wrote it, of whatever it was asked with
    if isinstance(callee, Opaque) and isinstance(node.func, ast.Attribute):
        receiver = evaluate(run, frame, node.func.value)
        return call_method(call.named(node.func.attr).of(receiver))
    if isinstance(callee, Opaque) and callee.contents is not None:
        put_into(run, frame, callee.contents, given.args, place)
        return Opaque(label=callee.label, contents=callee.contents)
    if isinstance(callee, Opaque):
        return call_external(call.named(callee.label))
    return Opaque()


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
    frame = Frame(fn.module, {}, fn.name, outer=fn.closure, owner=fn.owner)
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
