"""Expressions: what each form of expression gives, as far as that can be known."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..finding import Cause
from ..layout import REQUEST, TURN
from .arithmetic import operated
from .building import REASONING, merge, order_taint, put, splice
from .clocks import coarse
from .elements import element_of, indexed, is_historical, known_items, sliced
from .machine import Frame, Loop, Run, place_of, shown
from .names import attribute, look_up
from .texts import label_taints, parts_of, text, used_at
from .values import (
    NONE,
    Choice,
    Const,
    DictV,
    FnV,
    Hole,
    Item,
    ListV,
    Lit,
    Opaque,
    Part,
    Taint,
    Taints,
    Text,
    Value,
    join,
    shape_of,
    taints_in,
    text_taints_of,
    union,
)


def evaluate(run: Run, frame: Frame, node: ast.expr) -> Value:
    """The value of an expression. Raises OutOfSteps."""
    run.tick()
    form = _FORMS.get(type(node))
    return form(run, frame, node) if form else Opaque()


def _constant(run: Run, frame: Frame, node: ast.Constant) -> Value:
    return Const(node.value, place_of(frame.module, node))


def _name(run: Run, frame: Frame, node: ast.Name) -> Value:
    return look_up(run, frame, node.id)


def _attribute(run: Run, frame: Frame, node: ast.Attribute) -> Value:
    return attribute(run, frame, evaluate(run, frame, node.value), node)


def _f_string(run: Run, frame: Frame, node: ast.JoinedStr) -> Value:
    parts: list[Part] = []
    for piece in node.values:
        match piece:
            case ast.Constant(value=held):
                parts.append(Lit(str(held)))
            case ast.FormattedValue(value=inner, format_spec=spec):
                parts += _formatted(run, frame, inner, spec)
            case _:
                pass
    return text(parts)


def _formatted(run: Run, frame: Frame, inner: ast.expr, spec: ast.expr | None) -> tuple[Part, ...]:
    value = evaluate(run, frame, inner)
    pattern = evaluate(run, frame, spec) if spec is not None else None
    if isinstance(pattern, Const) and isinstance(pattern.value, str) and "%" in pattern.value:
        value = coarse(value, pattern.value)
    return parts_of(value, place_of(frame.module, inner))


def _binary(run: Run, frame: Frame, node: ast.BinOp) -> Value:
    left, right = evaluate(run, frame, node.left), evaluate(run, frame, node.right)
    return operated(run, frame, left, right, node)


def _bool(run: Run, frame: Frame, node: ast.BoolOp) -> Value:
    """`a or b`: one of them, and no condition that is worth naming: `or` gives defaults."""
    values = [evaluate(run, frame, each) for each in node.values]
    if isinstance(node.op, ast.And):
        return join(values[-1:], union(taints_in(v) for v in values[:-1]))
    if isinstance(values[0], Const) and values[0].value:
        return values[0]
    return join([v for v in values if not (isinstance(v, Const) and not v.value)] or values)


def _unary(run: Run, frame: Frame, node: ast.UnaryOp) -> Value:
    value = evaluate(run, frame, node.operand)
    if isinstance(value, Const):
        held: Any = value.value
        try:
            match node.op:
                case ast.USub():
                    return Const(-held, value.place)
                case ast.Not():
                    return Const(not held)
                case _:
                    return Opaque()
        except TypeError:
            return Opaque()
    return Opaque(taints_in(value))


def _compare(run: Run, frame: Frame, node: ast.Compare) -> Value:
    values = [evaluate(run, frame, each) for each in (node.left, *node.comparators)]
    known = _known_comparison(node, values)
    if known is not None:
        return Const(known)
    taints = union(_compared(run, frame, v, node) for v in values)
    return Opaque(taints)


def _known_comparison(node: ast.Compare, values: list[Value]) -> bool | None:
    if len(values) != 2 or not all(isinstance(v, Const) for v in values):
        return None
    left, right = (v.value for v in values if isinstance(v, Const))
    match node.ops[0]:
        case ast.Is() | ast.Eq():
            return left == right
        case ast.IsNot() | ast.NotEq():
            return left != right
        case _:
            return None


def _compared(run: Run, frame: Frame, value: Value, node: ast.AST) -> Taints:
    """What a comparison depends on: the newest message of a history is another one on every turn."""
    taints = frozenset(t for t in taints_in(value, 1) if t.cause is not Cause.UNORDERED)
    if isinstance(value, Opaque) and value.parent is not None and value.index == "last":
        place = place_of(frame.module, node)
        taints |= {Taint(Cause.STATE, TURN, place, shown(node), loops=run.loop_numbers())}
    return taints


def _list(run: Run, frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Value:
    kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
    made = ListV(kind, loops=run.loop_numbers())
    for each in node.elts:
        if isinstance(each, ast.Starred):
            splice(made, evaluate(run, frame, each.value))
        else:
            made.add(evaluate(run, frame, each))
    if isinstance(node, ast.Set) and len(node.elts) > 1:
        made.shape |= {order_taint(run, frame, node)}
    return made


def _dict(run: Run, frame: Frame, node: ast.Dict) -> Value:
    made = DictV(loops=run.loop_numbers())
    for key, held in zip(node.keys, node.values, strict=True):
        value = evaluate(run, frame, held)
        if key is None:
            merge(made, value)
            continue
        name = evaluate(run, frame, key)
        put(run, frame, made, name, value, node)
    return made


def _call(run: Run, frame: Frame, node: ast.Call) -> Value:
    return run.call(run, "node", frame, node)


def _conditional(run: Run, frame: Frame, node: ast.IfExp) -> Value:
    test = evaluate(run, frame, node.test)
    if isinstance(test, Const):
        return evaluate(run, frame, node.body if test.value else node.orelse)
    taints = condition_taints(run, frame, test)
    frame.conds.append(taints)
    values = [evaluate(run, frame, node.body), evaluate(run, frame, node.orelse)]
    frame.conds.pop()
    return join(values, taints)


def condition_taints(run: Run, frame: Frame, test: Value) -> Taints:
    """What a condition varies with: not the order of what it looks into."""
    held = taints_in(test, 2)
    return frozenset(
        t
        for t in held
        if t.cause not in (Cause.UNORDERED, Cause.WINDOW, Cause.REWRITTEN, Cause.RETRIEVED)
    )


def _subscript(run: Run, frame: Frame, node: ast.Subscript) -> Value:
    value = evaluate(run, frame, node.value)
    if isinstance(node.slice, ast.Slice):
        return sliced(run, frame, value, node)
    return indexed(run, frame, value, evaluate(run, frame, node.slice), node)


def _comprehension(
    run: Run, frame: Frame, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
) -> Value:
    kind = {ast.SetComp: "set", ast.GeneratorExp: "generator"}.get(type(node), "list")
    inner = _scope(frame)
    made = ListV(kind, loops=run.loop_numbers())
    table = DictV(loops=run.loop_numbers())
    _generate(run, inner, node, 0, made, table)
    if isinstance(node, ast.SetComp):
        made.shape |= {order_taint(run, frame, node)}
    return table if isinstance(node, ast.DictComp) else made


def _scope(frame: Frame) -> Frame:
    """A frame of the same function whose new names don't reach the function."""
    return replace(frame, env=dict(frame.env), conds=list(frame.conds))


def _generate(run: Run, frame: Frame, node: Any, depth: int, made: ListV, table: DictV) -> None:
    if depth == len(node.generators):
        _yield_element(run, frame, node, made, table)
        return
    generator: ast.comprehension = node.generators[depth]
    source = evaluate(run, frame, generator.iter)
    shape, as_text = (
        used_at(shape_of(source), place_of(frame.module, generator.iter)),
        text_taints_of(source),
    )
    conditions: Taints = NONE
    items = known_items(source)
    loop = Loop(run.next_number(), place_of(frame.module, generator.target), shape, frame)
    for value in (
        items if items is not None else [loop_element(run, frame, source, generator.iter, loop)]
    ):
        run.loops.append(loop)
        bind(run, frame, generator.target, value)
        tests = [evaluate(run, frame, test) for test in generator.ifs]
        conditions |= union(
            _filter_taints(run, frame, t, n) for t, n in zip(tests, generator.ifs, strict=True)
        )
        before = len(made.items)
        if not any(isinstance(t, Const) and not t.value for t in tests):
            frame.conds.append(NONE)
            _generate(run, frame, node, depth + 1, made, table)
            frame.conds.pop()
        run.loops.pop()
        for item in made.items[before:]:
            item.many = item.many or items is None or bool(tests)
    shape = _kept_shape(node, generator, shape)
    made.shape |= shape | conditions
    made.as_text |= as_text
    table.shape |= shape | conditions
    table.as_text |= as_text
    made.is_copy |= _is_copying(node, generator, source)
    if isinstance(node, ast.DictComp) and _drops_reasoning(generator.ifs):
        place = place_of(frame.module, node)
        table.rewrites = Taint(
            Cause.REASONING, REQUEST, place, "reasoning", loops=run.loop_numbers()
        )


def _drops_reasoning(tests: list[ast.expr]) -> bool:
    """Whether a filter over the fields of a message leaves the reasoning out."""
    words = {n.value for test in tests for n in ast.walk(test) if isinstance(n, ast.Constant)}
    negative = any(isinstance(n, ast.NotEq | ast.NotIn) for test in tests for n in ast.walk(test))
    return negative and bool(words & REASONING)


def _filter_taints(run: Run, frame: Frame, test: Value, node: ast.expr) -> Taints:
    """A filter makes a list's extent vary with what the filter looks at."""
    found = condition_taints(run, frame, test) | _asked_about(run, frame, node)
    return frozenset(
        replace(t, flag="filter")
        for t in found
        if t.needs not in {loop.number for loop in run.loops[-1:]}
    )


_ASKED = re.compile(
    r"^(text|message|task|prompt|request|question|query|intent|goal|wish|utterance|user_input|instruction|situation|topic)$"
)


def _asked_about(run: Run, frame: Frame, node: ast.expr) -> Taints:
    """What a filter asks for by the question of the call."""
    found: set[Taint] = set()
    for each in ast.walk(node):
        if not isinstance(each, ast.Name):
            continue
        held = frame.env.get(each.id)
        if isinstance(held, Opaque):
            place = place_of(frame.module, each)
            if _ASKED.match(held.label):
                found.add(Taint(Cause.VARYING, REQUEST, place, f"`{held.label}`"))
            found |= {t for t in label_taints(held, place) if t.cause is Cause.VARYING}
    return frozenset(found)


def _kept_shape(node: Any, generator: ast.comprehension, shape: Taints) -> Taints:
    """A head of a history that is taken over as it is loses nothing; one that is changed is rewritten."""
    if not any(t.flag == "head" for t in shape):
        return shape
    plain = isinstance(node, ast.ListComp | ast.GeneratorExp) and ast.dump(node.elt).replace(
        "Load", "Store"
    ) == ast.dump(generator.target)
    return (
        frozenset(t for t in shape if t.flag != "head")
        if plain
        else frozenset(replace(t, flag="") if t.flag == "head" else t for t in shape)
    )


def _is_copying(node: Any, generator: ast.comprehension, source: Value) -> bool:
    """Whether a comprehension copies the messages of a history one by one."""
    if isinstance(node, ast.DictComp) or not isinstance(generator.target, ast.Name):
        return False
    if not is_historical(source):
        return False
    name = generator.target.id
    match node.elt:
        case ast.Call(func=ast.Name(id="dict"), args=[ast.Name(id=inner)]):
            return inner == name
        case ast.Call(func=ast.Attribute(attr="copy" | "deepcopy" | "model_copy")):
            return True
        case ast.Dict(keys=[None], values=[ast.Name(id=inner)]):
            return inner == name
        case _:
            return False


def _yield_element(run: Run, frame: Frame, node: Any, made: ListV, table: DictV) -> None:
    if isinstance(node, ast.DictComp):
        key, value = evaluate(run, frame, node.key), evaluate(run, frame, node.value)
        put(run, frame, table, key, value, node)
        if not isinstance(key, Const):
            made.add(key, many=True)
        return
    made.add(evaluate(run, frame, node.elt))


def loop_element(run: Run, frame: Frame, source: Value, node: ast.expr, loop: Loop) -> Value:
    """The loop variable: it varies from round to round, and only there."""
    value = element_of(source)
    cause = Cause.VARYING
    match node:
        case ast.Call(func=ast.Name(id="range")) | ast.Call(func=ast.Attribute(attr="count")):
            cause = Cause.COUNTER
        case ast.Call(func=ast.Name(id="enumerate")):
            if isinstance(value, ListV) and value.items:
                first = Opaque(
                    frozenset({_loop_taint(run, loop, Cause.COUNTER, "the loop counter")}),
                    label="number",
                )
                rest = [_varying(run, loop, i.value) for i in value.items[1:]]
                return replace(value, items=[Item(first), *(Item(r) for r in rest)])
        case _:
            pass
    return _varying(run, loop, value, cause)


def _varying(run: Run, loop: Loop, value: Value, cause: Cause = Cause.VARYING) -> Value:
    what = "the loop counter" if cause is Cause.COUNTER else "the loop variable"
    taint = _loop_taint(run, loop, cause, what)
    match value:
        case Opaque() if value.parent is None:
            return replace(value, taints=value.taints | {taint})
        case Text(parts=parts):
            return Text((Hole(frozenset({taint})), *parts))
        case ListV(kind="tuple"):
            return replace(
                value,
                items=[Item(_varying(run, loop, i.value, cause), i.many) for i in value.items],
            )
        case _:
            return value


def _loop_taint(run: Run, loop: Loop, cause: Cause, what: str) -> Taint:
    return Taint(
        cause,
        REQUEST,
        loop.place,
        what,
        loops=(*run.loop_numbers(), loop.number),
        needs=loop.number,
    )


def bind(run: Run, frame: Frame, target: ast.expr, value: Value) -> None:
    """Give names to a value; attributes and items are set by statements."""
    match target:
        case ast.Name(id=name):
            frame.env[name] = value
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            _unpack(run, frame, elts, value)
        case ast.Starred(value=inner):
            bind(run, frame, inner, value)
        case _:
            pass


def _unpack(run: Run, frame: Frame, targets: list[ast.expr], value: Value) -> None:
    items = value.items if isinstance(value, ListV) else None
    exact = items is not None and not any(i.many for i in items) and len(items) == len(targets)
    for number, target in enumerate(targets):
        if exact and items is not None:
            held = items[number].value
        elif isinstance(value, Choice):
            held = join(
                o.items[number].value
                if isinstance(o, ListV) and number < len(o.items)
                else element_of(o)
                for o in value.options
            )
        elif isinstance(value, Opaque) and value.item is None:
            name = target.id if isinstance(target, ast.Name) else ""
            held = replace(value, label=name or value.label, shape=NONE)
        else:
            held = element_of(value)
        bind(run, frame, target, held)


def _lambda(run: Run, frame: Frame, node: ast.Lambda) -> Value:
    return FnV(node, frame.module, "<lambda>", closure=frame.env, owner=frame.owner)


def _await(run: Run, frame: Frame, node: ast.Await) -> Value:
    frame.awaited = True
    return evaluate(run, frame, node.value)


def _named(run: Run, frame: Frame, node: ast.NamedExpr) -> Value:
    value = evaluate(run, frame, node.value)
    bind(run, frame, node.target, value)
    return value


def _yield(run: Run, frame: Frame, node: ast.Yield) -> Value:
    frame.yields.append(evaluate(run, frame, node.value) if node.value else Const(None))
    return Opaque()


def _yield_from(run: Run, frame: Frame, node: ast.YieldFrom) -> Value:
    frame.yields.append(element_of(evaluate(run, frame, node.value)))
    return Opaque()


_FORMS: dict[type[ast.expr], Callable[[Run, Frame, Any], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.JoinedStr: _f_string,
    ast.BinOp: _binary,
    ast.BoolOp: _bool,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.Call: _call,
    ast.IfExp: _conditional,
    ast.Subscript: _subscript,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Lambda: _lambda,
    ast.Await: _await,
    ast.NamedExpr: _named,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Starred: lambda run, frame, node: evaluate(run, frame, node.value),
}
