"""Statements: branches are both taken and joined, loops run twice, what persists is changed in place."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..finding import Cause
from ..layout import REQUEST
from .arithmetic import added, operated
from .building import rewrite_taint, splice
from .elements import is_historical, known_items
from .expressions import bind, condition_taints, evaluate, loop_element
from .frameworks import decorated, holds_generation
from .machine import Frame, Loop, Run, dotted, place_of
from .methods import shortened
from .names import decorators, imported
from .project import class_info
from .requests import Given
from .texts import used_at
from .values import (
    NONE,
    Choice,
    ClassV,
    Const,
    DictV,
    Ext,
    FnV,
    Hole,
    ListV,
    Obj,
    Opaque,
    StateV,
    Taint,
    Taints,
    Text,
    Value,
    frozen,
    join,
    passed,
    shape_of,
)


def execute(run: Run, frame: Frame, body: list[ast.stmt]) -> bool:
    """Follow statements; whether they end the function or the round. Raises OutOfSteps."""
    guards = len(frame.guards)
    try:
        for statement in body:
            run.tick()
            form = _FORMS.get(type(statement))
            if form is not None and form(run, frame, statement):
                return True
        return False
    finally:
        del frame.guards[guards:]


# --- assignments ------------------------------------------------------------------------------------


def _assign(run: Run, frame: Frame, node: ast.Assign) -> bool:
    value = evaluate(run, frame, node.value)
    for target in node.targets:
        assign(run, frame, target, _stored(run, frame, target, node.value, value), node)
    return False


def _annotated(run: Run, frame: Frame, node: ast.AnnAssign) -> bool:
    if node.value is not None:
        assign(run, frame, node.target, evaluate(run, frame, node.value), node)
    return False


def _stored(run: Run, frame: Frame, target: ast.expr, source: ast.expr, value: Value) -> Value:
    """A history that is cut past a limit well above what is kept, and stored, is cut rarely."""
    guarded = frozenset(
        t for t in shape_of(value) if t.cause is Cause.WINDOW and t.flag == "guarded"
    )
    if not guarded:
        return _counted(run, frame, target, source, value)
    name = ast.unparse(target).removesuffix("[:]")
    seen = {ast.unparse(n) for n in ast.walk(source) if isinstance(n, ast.Name | ast.Attribute)}
    is_lasting = not isinstance(target, ast.Name) or name not in frame.params or bool(run.loops)
    if name not in seen or not is_lasting:
        return value
    match value:
        case ListV() | Opaque():
            return replace(value, shape=value.shape - guarded)
        case Choice(options=options):
            return replace(value, options=[_stored(run, frame, target, source, o) for o in options])
        case _:
            return value


def _counted(run: Run, frame: Frame, target: ast.expr, source: ast.expr, value: Value) -> Value:
    """`n = n + 1` in a loop."""
    if not isinstance(target, ast.Name) or not isinstance(source, ast.BinOp) or not run.loops:
        return value
    if not any(isinstance(n, ast.Name) and n.id == target.id for n in ast.walk(source)):
        return value
    return _with_counter(run, frame, value, source, target.id)


def _with_counter(run: Run, frame: Frame, value: Value, node: ast.AST, name: str) -> Value:
    loops = [loop for loop in run.loops if loop.frame is not None and loop.frame.name == frame.name]
    if not loops or isinstance(value, Text | ListV | DictV):
        return value
    if isinstance(value, Const) and not isinstance(value.value, int | float):
        return value
    taint = Taint(
        Cause.COUNTER,
        REQUEST,
        place_of(frame.module, node, f"{frame.name}:{name}"),
        f"`{name}`, which changes in each round",
        loops=run.loop_numbers(),
        needs=loops[-1].number,
    )
    held = value.taints if isinstance(value, Opaque) else NONE
    return Opaque(held | {taint}, label=name)


def assign(run: Run, frame: Frame, target: ast.expr, value: Value, node: ast.AST) -> None:
    """Give a target its value."""
    match target:
        case ast.Name(id=name):
            found = (
                passed(value, place_of(frame.module, target))
                if not isinstance(value, Const)
                else value
            )
            frame.env[name] = found
            if isinstance(found, Obj) and not frame.name:
                found.is_symbolic = True  # a global: every call finds it built
            if name in frame.globals_named:
                frame.module.env[name] = found
        case ast.Tuple() | ast.List():
            bind(run, frame, target, value)
            for each in target.elts:
                if isinstance(each, ast.Attribute):
                    assign(run, frame, each, Opaque(), node)
        case ast.Attribute(value=owner, attr=attr):
            _set_attribute(run, frame, evaluate(run, frame, owner), attr, value)
        case ast.Subscript(value=owner, slice=index):
            _set_item(run, frame, target, evaluate(run, frame, owner), owner, index, value, node)
        case _:
            pass


def _set_attribute(run: Run, frame: Frame, owner: Value, attr: str, value: Value) -> None:
    if isinstance(owner, Choice):
        for option in owner.options:
            _set_attribute(run, frame, option, attr, value)
    if not isinstance(owner, Obj):
        return
    if frame.conds and attr in owner.attrs:
        value = join([owner.attrs[attr], value], frame.under())
    if owner.is_symbolic and isinstance(value, ListV):
        value.persists = True
    owner.attrs[attr] = value


def _set_item(
    run: Run,
    frame: Frame,
    target: ast.Subscript,
    owner: Value,
    owner_node: ast.expr,
    index: ast.expr,
    value: Value,
    node: ast.AST,
) -> None:
    if isinstance(index, ast.Slice):
        if isinstance(owner, ListV):
            kept = _stored(run, frame, target, getattr(node, "value", target), value)
            owner.shape |= shape_of(kept)
        return
    key = evaluate(run, frame, index)
    match owner:
        case DictV():
            _set_key(frame, owner, key, value)
        case Choice(options=options):
            for option in options:
                _set_item(run, frame, target, option, owner_node, index, value, node)
        case Opaque() if isinstance(key, Const) and key.value in ("content", "text"):
            _rewrite(run, frame, owner, value, node)
        case ListV() if isinstance(key, Const) and isinstance(key.value, int):
            _set_element(run, frame, owner, key.value, value, node)
        case ListV():
            _set_element(run, frame, owner, 0 if frame.under() else -2, value, node)
        case _:
            pass


def _set_key(frame: Frame, owner: DictV, key: Value, value: Value) -> None:
    if isinstance(key, Const):
        try:
            old = owner.fields.get(key.value)
        except TypeError:
            return
        owner.fields[key.value] = join([old, value], frame.under()) if frame.conds else value
    else:
        owner.rest = join([owner.rest, value]) if owner.rest is not None else value


def _rewrite(run: Run, frame: Frame, owner: Opaque, value: Value, node: ast.AST) -> None:
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


def _is_rare(frame: Frame) -> bool:
    """Whether something happens only past a limit of tokens."""
    return any("token" in ast.unparse(guard) for guard in frame.guards)


def _set_element(
    run: Run, frame: Frame, owner: ListV, at: int, value: Value, node: ast.AST
) -> None:
    """`history[-1] = {...}`: another message than the one that was there."""
    if not owner.is_copy and not owner.persists and not any(i.many for i in owner.items):
        if -len(owner.items) <= at < len(owner.items):
            owner.items[at].value = (
                join([owner.items[at].value, value], frame.under()) if frame.conds else value
            )
        return
    place = place_of(frame.module, node, f"{frame.name}:set")
    loops = run.loop_numbers()
    if owner.is_copy and at == -1:
        owner.shape |= {
            Taint(Cause.UNSAVED, REQUEST, place, "the newest message is changed", loops=loops)
        }
    elif at == 0 and owner.persists and not _in_builder(frame):
        taints = _held_by(value)
        if taints or isinstance(value, DictV):
            live = frozenset(t for t in taints if t.cause is not Cause.UNORDERED)
            if live:
                owner.items[:0] = []
                _first(owner, value)


def _first(owner: ListV, value: Value) -> None:
    from .values import Item

    if owner.items and not owner.items[0].many:
        owner.items[0] = Item(value)
    else:
        owner.items.insert(0, Item(value))


def _held_by(value: Value) -> Taints:
    from .values import taints_in

    return taints_in(value, 4)


def _in_builder(frame: Frame) -> bool:
    return frame.name.rpartition(".")[2] in ("__init__", "__post_init__")


def _augmented(run: Run, frame: Frame, node: ast.AugAssign) -> bool:
    old = evaluate(run, frame, _as_load(node.target))
    new = evaluate(run, frame, node.value)
    if isinstance(old, StateV):
        _append_to_state(run, frame, old, new, node)
        return False
    if isinstance(node.op, ast.Add) and isinstance(old, ListV):
        before = len(old.items)
        splice(old, frozen(new, 5) if old.persists else new)
        for item in old.items[before:]:
            item.many = item.many or bool(frame.conds) or old.loops != run.loop_numbers()
        for loop in run.loops:
            if loop.number not in old.loops:
                old.shape |= loop.shape
        return False
    if isinstance(node.op, ast.Add):
        value = added(run, frame, old, new, node)
        if isinstance(value, Text) or (isinstance(value, Const) and isinstance(value.value, str)):
            value = _with_order(run, frame, value)
        else:
            value = _with_counter(run, frame, value, node, ast.unparse(node.target))
    else:
        fake = ast.copy_location(ast.BinOp(_as_load(node.target), node.op, node.value), node)
        value = operated(run, frame, old, new, fake)
        value = _with_counter(run, frame, value, node, ast.unparse(node.target))
    assign(run, frame, node.target, value, node)
    return False


def _with_order(run: Run, frame: Frame, value: Value) -> Value:
    """Text that grows in a loop over something without order has none itself."""
    shape: Taints = NONE
    for loop in run.loops:
        if loop.frame is not None and loop.frame.name == frame.name:
            shape |= frozenset(
                t
                for t in loop.shape
                if t.cause in (Cause.UNORDERED, Cause.COMPLETION, Cause.SAMPLED, Cause.TOOL_ORDER)
            )
    if not shape:
        return value
    parts = value.parts if isinstance(value, Text) else ()
    if isinstance(value, Const):
        from .values import Lit

        parts = (Lit(str(value.value)),)
    if any(isinstance(p, Hole) and shape <= p.taints for p in parts):
        return value
    return Text((*parts, Hole(shape)))


def _as_load(node: ast.expr) -> ast.expr:
    made = ast.parse(ast.unparse(node), mode="eval").body
    for each in ast.walk(made):
        ast.copy_location(each, node)
    return made


def _append_to_state(run: Run, frame: Frame, state: StateV, value: Value, node: ast.AST) -> None:
    """`s += ...` of our own front end; a generation sends what stands there."""
    if not isinstance(value, DictV):
        value = DictV({"role": Const("raw"), "content": value})
    if holds_generation(value):
        place = place_of(frame.module, node)
        messages = ListV("list", list(state.messages.items), state.messages.shape)
        run.send(run, Given(messages=messages, target="sglc"), place, frame.name)
        value = DictV({"role": Const("assistant"), "content": Opaque(is_reply=True)})
    state.messages.add(value)
    for loop in run.loops:
        state.messages.shape |= frozenset(t for t in loop.shape if t.flag != "head")


# --- control ----------------------------------------------------------------------------------------


def _if(run: Run, frame: Frame, node: ast.If) -> bool:
    test = evaluate(run, frame, node.test)
    if isinstance(test, Const) and not _is_main(node.test):
        return execute(run, frame, node.body if test.value else node.orelse)
    taints = condition_taints(run, frame, test)
    before = frame.env
    ends: list[bool] = []
    envs: list[dict[str, Value]] = []
    for body in (node.body, node.orelse):
        frame.env = dict(before)
        frame.conds.append(taints)
        frame.guards.append(node.test)
        ends.append(execute(run, frame, body))
        frame.guards.pop()
        frame.conds.pop()
        envs.append(frame.env)
    if taints and any(ends):
        frame.return_taints |= taints
    if ends[0] and not ends[1]:
        frame.guards.append(node.test)
    frame.env = _joined_env(envs, ends, taints, before)
    return all(ends)


def _is_main(test: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))


def _joined_env(
    envs: list[dict[str, Value]], ends: list[bool], taints: Taints, before: dict[str, Value]
) -> dict[str, Value]:
    live = [env for env, ended in zip(envs, ends, strict=True) if not ended]
    if len(live) == 1:
        return live[0]
    if not live:
        return before
    found = dict(live[0])
    for name in {*live[0], *live[1]}:
        one, other = live[0].get(name), live[1].get(name)
        if one is not other:
            found[name] = join([one, other], taints)
    return found


MAX_ROUNDS = 2


def _for(run: Run, frame: Frame, node: ast.For | ast.AsyncFor) -> bool:
    source = evaluate(run, frame, node.iter)
    said = dotted(node.iter)
    if isinstance(source, Opaque) and said in frame.queries:
        source = frame.queries[said]
    items = known_items(source)
    shape = used_at(shape_of(source), place_of(frame.module, node.iter)) | _newest_that_fit(
        run, frame, source, node
    )
    loop = Loop(run.next_number(), place_of(frame.module, node.target), shape, frame)
    if items is not None and len(items) * len(node.body) <= 60 and not _asks(node):
        for value in items:
            _round(run, frame, loop, node, value)
    else:
        for _ in range(MAX_ROUNDS):
            _round(run, frame, loop, node, loop_element(run, frame, source, node.iter, loop))
    return execute(run, frame, node.orelse) and False


def _newest_that_fit(run: Run, frame: Frame, source: Value, node: ast.For | ast.AsyncFor) -> Taints:
    """A loop over a history from its end that stops at a limit: what it collects is a window."""
    backwards = isinstance(node.iter, ast.Call) and dotted(node.iter.func) == "reversed"
    backwards = backwards or (
        isinstance(node.iter, ast.Subscript) and "::-1" in ast.unparse(node.iter)
    )
    if not backwards or not is_historical(source):
        return NONE
    for each in ast.walk(node):
        stops = isinstance(each, ast.If) and any(isinstance(n, ast.Break) for n in each.body)
        if (
            stops
            and isinstance(each, ast.If)
            and any(isinstance(n, ast.Compare) for n in ast.walk(each.test))
        ):
            place = place_of(frame.module, node, f"{frame.name}:reversed")
            what = "the newest messages that fit"
            return frozenset({Taint(Cause.WINDOW, REQUEST, place, what, loops=run.loop_numbers())})
    return NONE


def _asks(node: ast.For | ast.AsyncFor) -> bool:
    return (
        isinstance(node.iter, ast.Call)
        and isinstance(node.iter.func, ast.Name)
        and node.iter.func.id == "range"
    )


def _round(run: Run, frame: Frame, loop: Loop, node: ast.For | ast.AsyncFor, value: Value) -> None:
    run.loops.append(loop)
    before = dict(frame.env)
    bind(run, frame, node.target, value)
    ended = execute(run, frame, node.body)
    run.loops.pop()
    if ended:
        for name, held in before.items():
            if frame.env.get(name) is not held:
                frame.env[name] = join([held, frame.env.get(name)])


def _while(run: Run, frame: Frame, node: ast.While) -> bool:
    loop = Loop(run.next_number(), place_of(frame.module, node.test), NONE, frame)
    test = evaluate(run, frame, node.test)
    endless = isinstance(test, Const) and bool(test.value)
    frame.guards.append(node.test)
    ended = False
    for _ in range(MAX_ROUNDS):
        run.loops.append(loop)
        before = dict(frame.env)
        ended = execute(run, frame, node.body)
        run.loops.pop()
        if ended:
            frame.env = _joined_env([before, frame.env], [False, False], NONE, before)
            break
    frame.guards.pop()
    has_break = any(isinstance(n, ast.Break) for n in ast.walk(node))
    return endless and ended and not has_break


def _with(run: Run, frame: Frame, node: ast.With | ast.AsyncWith) -> bool:
    for item in node.items:
        value = evaluate(run, frame, item.context_expr)
        if item.optional_vars is not None:
            held = _entered(run, value)
            assign(run, frame, item.optional_vars, held, node)
    return execute(run, frame, node.body)


def _entered(run: Run, value: Value) -> Value:
    if isinstance(value, Obj):
        for info in value.cls.line():
            if "__enter__" in info.methods:
                from .names import method_of

                fn = method_of(info, "__enter__")
                fn.bound = value
                return run.call(run, "call", fn, [], {}, None)
    if isinstance(value, ListV) and value.kind == "generator" and value.items:
        return join(i.value for i in value.items)
    return value


def _try(run: Run, frame: Frame, node: ast.Try) -> bool:
    before = dict(frame.env)
    ended = execute(run, frame, node.body)
    ended = ended or execute(run, frame, node.orelse)
    envs, ends = [frame.env], [ended]
    for handler in node.handlers:
        frame.env = dict(before)
        frame.conds.append(NONE)
        if handler.name:
            frame.env[handler.name] = Opaque(label="error")
        ends.append(execute(run, frame, handler.body))
        frame.conds.pop()
        envs.append(frame.env)
    live = [env for env, end in zip(envs, ends, strict=True) if not end]
    frame.env = dict(live[0]) if live else before
    for env in live[1:]:
        for name, held in env.items():
            if frame.env.get(name) is not held:
                frame.env[name] = join([frame.env.get(name), held])
    return execute(run, frame, node.finalbody) or (all(ends) and bool(ends))


def _match(run: Run, frame: Frame, node: ast.Match) -> bool:
    subject = evaluate(run, frame, node.subject)
    taints = condition_taints(run, frame, subject)
    before, envs, ends = dict(frame.env), [], []
    for case in node.cases:
        frame.env = dict(before)
        for each in ast.walk(case.pattern):
            name = getattr(each, "name", None)
            if isinstance(name, str):
                frame.env[name] = Opaque(label=name)
        frame.conds.append(taints)
        ends.append(execute(run, frame, case.body))
        frame.conds.pop()
        envs.append(frame.env)
    live = [env for env, end in zip(envs, ends, strict=True) if not end] or [before]
    frame.env = dict(live[0])
    for env in live[1:]:
        for name, held in env.items():
            if frame.env.get(name) is not held:
                frame.env[name] = join([frame.env.get(name), held], taints)
    return False


def _return(run: Run, frame: Frame, node: ast.Return) -> bool:
    if node.value is not None:
        value = evaluate(run, frame, node.value)
        frame.returns.append(value)
        frame.return_taints |= frame.under()
    return True


def _leave(run: Run, frame: Frame, node: ast.stmt) -> bool:
    return True


def _expression(run: Run, frame: Frame, node: ast.Expr) -> bool:
    evaluate(run, frame, node.value)
    return False


def _raise(run: Run, frame: Frame, node: ast.Raise) -> bool:
    return True


def _delete(run: Run, frame: Frame, node: ast.Delete) -> bool:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            owner = evaluate(run, frame, target.value)
            if isinstance(owner, ListV | Opaque):
                _deleted(run, frame, owner, target)
    return False


def _deleted(run: Run, frame: Frame, owner: ListV | Opaque, target: ast.Subscript) -> None:
    """`del history[:2]`, `del history[1:-40]`."""
    if not isinstance(target.slice, ast.Slice):
        index = evaluate(run, frame, target.slice)
        shortened(run, frame, owner, "pop", [index], target)
        return
    from .elements import sliced

    if not is_historical(owner):
        return
    load = ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
    cut = sliced(run, frame, owner, load)
    fresh = frozenset(t for t in shape_of(cut) - shape_of(owner) if t.flag != "guarded")
    moves = frozenset(replace(t, cause=Cause.WINDOW, flag="") for t in fresh)
    if moves and not _is_hysteresis_here(run, frame, target.slice):
        owner.shape |= moves


def _is_hysteresis_here(run: Run, frame: Frame, cut: ast.Slice) -> bool:
    from .elements import is_hysteresis

    end = cut.upper or cut.lower
    return end is not None and is_hysteresis(run, frame, end)


# --- definitions ------------------------------------------------------------------------------------


def _function(run: Run, frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    spec = node.args
    pairs = zip(reversed([*spec.posonlyargs, *spec.args]), reversed(spec.defaults), strict=False)
    defaults = {p.arg: evaluate(run, frame, d) for p, d in pairs}
    defaults |= {
        p.arg: evaluate(run, frame, d)
        for p, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
        if d is not None
    }
    fn = FnV(
        node,
        frame.module,
        node.name,
        frame.env if frame.name else {},
        None,
        None,
        decorators(node),
        defaults,
    )
    frame.env[node.name] = fn
    for each in node.decorator_list:
        decorated(run, frame, fn, each)
    return False


def _class(run: Run, frame: Frame, node: ast.ClassDef) -> bool:
    info = run.classes.get(id(node)) or class_info(node, frame.module)
    run.classes[id(node)] = info
    info.bases, info.external = [], []
    for base in node.bases:
        inner = base.value if isinstance(base, ast.Subscript) else base
        found = evaluate(run, frame, inner)
        if isinstance(found, ClassV) and found.info is not info:
            info.bases.append(found.info)
        else:
            info.external.append(found.name if isinstance(found, Ext) else dotted(inner))
    inner_frame = Frame(frame.module, {}, node.name, outer=frame.env)
    for name, value in info.defaults.items():
        info.attrs[name] = evaluate(run, inner_frame, value)
    frame.env[node.name] = ClassV(info)
    return False


def _import(run: Run, frame: Frame, node: ast.Import | ast.ImportFrom) -> bool:
    frame.env |= imported(run, frame.module, node)
    return False


def _global(run: Run, frame: Frame, node: ast.Global) -> bool:
    frame.globals_named |= set(node.names)
    return False


_FORMS: dict[type[ast.stmt], Callable[[Run, Frame, Any], bool]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _leave,
    ast.Continue: _leave,
    ast.Expr: _expression,
    ast.Delete: _delete,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Global: _global,
}
