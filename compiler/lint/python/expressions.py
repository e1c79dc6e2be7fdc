"""Expressions: what each form of expression gives, as far as that can be known."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .arithmetic import operated
from .binding import bind, condition_taints
from .comparisons import comparison, expiring, presence
from .comprehensions import as_table, comprehension
from .displays import dict_display, f_string, list_display
from .dunders import operated_by_class
from .elements import element_of
from .frames import Frame
from .holding import decided, join, shape_of, taints_in, union
from .indexing import indexed
from .instances import CONTENT
from .machine import Run
from .moving import item
from .names import attribute, look_up
from .narrowing import narrowed
from .places import place_of
from .records import as_kept
from .slices import sliced
from .standing import (
    as_indexed,
    as_iterated,
    content_of,
    each_written,
    is_container,
)
from .subscripts import dunder, written_out
from .taints import Taints
from .values import ClassV, Const, Ext, FnV, Obj, Opaque, Value


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
    owner = evaluate(run, frame, node.value)
    if isinstance(owner, Const) and isinstance(node.value, ast.Attribute):
        owner = _member(run, frame, owner, node.value, node.attr)
    return attribute(run, frame, owner, node)


def _member(run: Run, frame: Frame, value: Const, node: ast.Attribute, name: str) -> Value:
    """A member of an enumeration whose class has a method of that name: the member as an object."""
    owner = evaluate(run, frame, node.value)
    if not isinstance(owner, ClassV) or not any(name in c.methods for c in owner.info.line()):
        return value
    return Obj(owner.info, {"value": value, "name": Const(node.attr), CONTENT: value})


def _binary(run: Run, frame: Frame, node: ast.BinOp) -> Value:
    left, right = (evaluate(run, frame, each) for each in (node.left, node.right))
    told = operated_by_class(run, left, right, node.op)
    if told is not None:
        return told
    if isinstance(node.op, ast.Mod):
        right = each_written(run, right, place_of(frame.module, node.right))
    return operated(run, frame, content_of(left), content_of(right), node)


def _bool(run: Run, frame: Frame, node: ast.BoolOp) -> Value:
    """`a or b`: one of them, and no condition that is worth naming: `or` gives defaults."""
    values = [evaluate(run, frame, each) for each in node.values]
    if isinstance(node.op, ast.And):
        return join(values[-1:], union(presence(v) for v in values[:-1]))
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


def _call(run: Run, frame: Frame, node: ast.Call) -> Value:
    table = as_table(node)
    return comprehension(run, frame, table) if table else run.calls.node(run, frame, node)


def _conditional(run: Run, frame: Frame, node: ast.IfExp) -> Value:
    test = evaluate(run, frame, node.test)
    if isinstance(test, Const):
        return evaluate(run, frame, node.body if test.value else node.orelse)
    taints = condition_taints(run, frame, test)
    frame.conds.append(taints)
    values = [
        _evaluated_as(run, frame, node.test, each, holds)
        for each, holds in ((node.body, True), (node.orelse, False))
    ]
    frame.conds.pop()
    if run.loops and all(isinstance(each, Const) for each in values):
        taints |= expiring(test)  # of several things one or the other is always just past its time
    return decided(values, taints)


def _evaluated_as(run: Run, frame: Frame, test: ast.expr, node: ast.expr, holds: bool) -> Value:
    """An arm of a condition, in which a name holds what it can hold where the test holds, or doesn't."""
    found = narrowed(frame, test)
    if found is None:
        return evaluate(run, frame, node)
    name, having, others = found
    before, there = frame.env[name], having if holds else others
    frame.env[name] = there
    value = evaluate(run, frame, node)
    if frame.env.get(name) is there:
        frame.env[name] = before
    return value


def _subscript(run: Run, frame: Frame, node: ast.Subscript) -> Value:
    value = evaluate(run, frame, node.value)
    if isinstance(node.slice, ast.Slice):
        return sliced(run, frame, value, node)
    index = evaluate(run, frame, node.slice)
    if isinstance(value, Obj):
        held = as_indexed(run, value, index)
        return indexed(run, frame, held, index, node) if is_container(value) else held
    if isinstance(value, Ext) and value.name == "os.environ":
        call = ast.copy_location(ast.Call(node.value, [node.slice], []), node)
        return run.calls.value(run, frame, Ext("os.environ.get"), [index], {}, call)
    if isinstance(value, Ext) and isinstance(index, Const):
        kept = as_kept(run, value, item(index.value))
        if kept is not None:
            return kept
    if isinstance(value, ClassV):
        by = attribute(run, frame, value, dunder(node, "__class_getitem__"))
        if isinstance(by, FnV):
            return run.calls.function(run, by, [index], {})
    if isinstance(index, Const) and isinstance(index.value, slice):
        return sliced(run, frame, value, written_out(node, index.value))
    return indexed(run, frame, value, index, node)


def _lambda(run: Run, frame: Frame, node: ast.Lambda) -> Value:
    spec = node.args
    pairs = zip(reversed([*spec.posonlyargs, *spec.args]), reversed(spec.defaults), strict=False)
    defaults = {p.arg: evaluate(run, frame, d) for p, d in pairs}
    return FnV(node, frame.module, "<lambda>", frame.names(), owner=frame.owner, defaults=defaults)


def _await(run: Run, frame: Frame, node: ast.Await) -> Value:
    frame.awaited = True
    return evaluate(run, frame, node.value)


def _named(run: Run, frame: Frame, node: ast.NamedExpr) -> Value:
    value = evaluate(run, frame, node.value)
    bind(run, frame, node.target, value)
    return value


def _loops_of(run: Run, frame: Frame) -> Taints:
    """The order of the loops of this function that are running."""
    return union(loop.shape for loop in run.loops if loop.frame is frame)


def _yield(run: Run, frame: Frame, node: ast.Yield) -> Value:
    frame.yield_shape |= _loops_of(run, frame)
    frame.yields.append(evaluate(run, frame, node.value) if node.value else Const(None))
    return Opaque()


def _yield_from(run: Run, frame: Frame, node: ast.YieldFrom) -> Value:
    source = as_iterated(run, evaluate(run, frame, node.value))
    frame.yield_shape |= _loops_of(run, frame) | shape_of(source)
    frame.yields.append(element_of(source))
    return Opaque()


_FORMS: dict[type[ast.expr], Callable[[Run, Frame, Any], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.JoinedStr: f_string,
    ast.BinOp: _binary,
    ast.BoolOp: _bool,
    ast.UnaryOp: _unary,
    ast.Compare: comparison,
    ast.List: list_display,
    ast.Tuple: list_display,
    ast.Set: list_display,
    ast.Dict: dict_display,
    ast.Call: _call,
    ast.IfExp: _conditional,
    ast.Subscript: _subscript,
    ast.ListComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.SetComp: comprehension,
    ast.DictComp: comprehension,
    ast.Lambda: _lambda,
    ast.Await: _await,
    ast.NamedExpr: _named,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Starred: lambda run, frame, node: evaluate(run, frame, node.value),
}
