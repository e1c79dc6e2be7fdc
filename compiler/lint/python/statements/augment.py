"""`+=` and its kin: text and lists that grow, counters."""

from __future__ import annotations

import ast
from functools import lru_cache

from ...finding import Cause
from ..arithmetic import added, operated
from ..dunders import operated_by_class
from ..elements import is_historical
from ..expressions import evaluate
from ..frames import Frame
from ..machine import Run
from ..methods.growth import as_list, extend
from ..taints import NONE, Hole, Taints
from ..values import Const, ListV, Opaque, StateV, Text, Value
from ..variants import chosen_line
from ..walking import walk
from .assign import assign
from .states import append_to_state
from .stored import with_counter


def augmented(run: Run, frame: Frame, node: ast.AugAssign) -> bool:
    """`target += value`."""
    old = evaluate(run, frame, _as_load(node.target))
    new = chosen_line(run, frame, evaluate(run, frame, node.value), node)
    if isinstance(old, StateV):
        append_to_state(run, frame, old, new, node)
        return False
    told = operated_by_class(run, old, new, node.op, is_in_place=True)
    if told is not None:
        assign(run, frame, node.target, told, node)
        return False
    if isinstance(node.op, ast.Add) and isinstance(old, ListV):
        extend(run, frame, old, new, node)
        return False
    if isinstance(node.op, ast.Add) and isinstance(old, Opaque) and is_historical(old):
        if isinstance(new, ListV):
            extend(run, frame, as_list(run, frame, old), new, node)
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
        from ..taints import Lit

        parts = (Lit(str(value.value)),)
    if any(isinstance(p, Hole) and shape <= p.taints for p in parts):
        return value
    return Text((*parts, Hole(shape)))


@lru_cache(maxsize=1 << 12)
def _as_load(node: ast.expr) -> ast.expr:
    """A target as the expression that reads it."""
    made = ast.parse(ast.unparse(node), mode="eval").body
    for each in walk(made):
        ast.copy_location(each, node)
    return made
