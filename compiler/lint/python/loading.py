"""Methods that fill an object after it was made: the order in which things came in stays in it, as does the time."""

from __future__ import annotations

import ast

from ..finding import Cause
from ..layout import REQUEST
from .budget import MAX_STEPS
from .copies import frozen
from .holding import shape_of, taints_in
from .machine import OutOfSteps, Run
from .method_values import method_of
from .mutations import attribute_of
from .places import bound_method, dotted
from .taints import NONE
from .values import ClassInfo, Obj, Value
from .walking import walk

_ORDERS = frozenset({Cause.UNORDERED, Cause.COMPLETION, Cause.TOOL_ORDER})
_TICKS = _ORDERS | {Cause.CLOCK, Cause.RANDOM, Cause.SAMPLED}
_BUILDERS = frozenset({"__init__", "__post_init__", "__new__", "__call__"})
_MOST = 3
"""Methods of one class that are tried."""


def fill_in_any_order(run: Run, made: Obj) -> None:
    """Give an instance's attributes what its methods put there in no fixed order, where they may."""
    found = [(info, name) for info in made.cls.line() for name in _fillers(run, info)]
    for info, name in found[:_MOST]:
        kept = _TICKS if _is_ticking(info.methods[name]) else _ORDERS
        for attr, value in _filled_by(run, made, info, name).items():
            held = shape_of(value) | (taints_in(value) if kept is _TICKS else NONE)
            if attr in made.attrs and any(t.cause in kept and not t.flag for t in held):
                made.attrs[attr] = value


def _filled_by(run: Run, made: Obj, info: ClassInfo, name: str) -> dict[str, Value]:
    """The attributes of a copy of an instance once a method of it has run; none where that takes too long."""
    trial = frozen(made, REQUEST)
    assert isinstance(trial, Obj)
    fn = bound_method(method_of(info, name), trial)
    try:
        with run.afresh(MAX_STEPS // 6):
            run.calls.function(run, fn, [], {})
    except (OutOfSteps, RecursionError):
        return {}
    return trial.attrs


def _fillers(run: Run, info: ClassInfo) -> list[str]:
    """Methods that send nothing, may get things in no fixed order, and keep something in their object."""
    reach = run.reach
    if reach is None:
        return []
    return [
        name
        for name, node in info.methods.items()
        if name not in _BUILDERS
        and (reach.may_be_orderless(node) or (_is_ticking(node) and reach.matters(node)))
        and not reach.may_send(node)
        and _keeps(node)
    ]


def _is_ticking(node: ast.AST) -> bool:
    """Whether a method goes round for ever and sleeps: what it sets is set again and again."""
    return any(
        isinstance(call, ast.Call) and dotted(call.func).rpartition(".")[2] in ("sleep", "wait")
        for loop in walk(node)
        if isinstance(loop, ast.While)
        for call in walk(loop)
    )


def _keeps(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method sets or extends an attribute of its object."""
    arguments = node.args.posonlyargs + node.args.args
    me = arguments[0].arg if arguments else ""
    for each in walk(node):
        match each:
            case ast.Assign(targets=targets) if any(attribute_of(t, me) for t in targets):
                return True
            case ast.AugAssign(target=target) if attribute_of(target, me):
                return True
            case ast.Call(func=ast.Attribute(value=value, attr="append" | "extend")) if (
                attribute_of(value, me)
            ):
                return True
            case _:
                pass
    return False
