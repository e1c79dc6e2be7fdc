"""`+=` and its kin: text and lists that grow, counters, and the prompt of our own front end."""

from __future__ import annotations

import ast

from ...finding import Cause
from ..arithmetic import added, operated
from ..building import splice
from ..dunders import operated_by_class
from ..expressions import evaluate
from ..frameworks import holds_generation
from ..holding import frozen
from ..machine import Frame, Run, place_of
from ..requests import Given
from ..values import NONE, Const, DictV, Hole, ListV, Opaque, StateV, Taints, Text, Value
from .assign import assign
from .stored import with_counter


def augmented(run: Run, frame: Frame, node: ast.AugAssign) -> bool:
    """`target += value`."""
    old = evaluate(run, frame, _as_load(node.target))
    new = evaluate(run, frame, node.value)
    if isinstance(old, StateV):
        _append_to_state(run, frame, old, new, node)
        return False
    told = operated_by_class(run, old, new, node.op, is_in_place=True)
    if told is not None:
        assign(run, frame, node.target, told, node)
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
            value = with_counter(run, frame, value, node, ast.unparse(node.target))
    else:
        fake = ast.copy_location(ast.BinOp(_as_load(node.target), node.op, node.value), node)
        value = operated(run, frame, old, new, fake)
        value = with_counter(run, frame, value, node, ast.unparse(node.target))
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
        from ..values import Lit

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
