"""Forks and joins: the arms of a state, and what the parent is bound to after them."""

from __future__ import annotations

import ast
from dataclasses import replace

from ...ir.infer import common_type
from ...ir.ops import MakeList, Value
from ...ir.types import INT, ListType
from .constants import arguments, static
from .context import Lowering
from .scope import ArmsData, ArmsRef, ForksRef, StateData, Variable
from .states import state_of

MOST_ARMS = 64


def is_fork(low: Lowering, node: ast.expr) -> int | None:
    """The state that `s.fork(...)` forks."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="fork")):
            return state_of(low, owner)
        case _:
            return None


def fork(low: Lowering, state: int, node: ast.Call) -> ForksRef | ArmsRef:
    """The arms of a fork; using one prompt twice is all there is to it."""
    given = arguments(low, node, ("size", "position_ids_offset"))
    size = static(low, given["size"]) if "size" in given else (1,)
    if size is None:
        return _computed_fork(low, state, given["size"])
    if not isinstance(size[0], int) or not 0 < size[0] <= MOST_ARMS:
        help = f"a constant from 1 to {MOST_ARMS} can be lowered"
        raise low.refuse("SGL0507", node, "a number of arms that is computed at run time", help)
    low.flush()
    data = low.state(state)
    group = low.blocks.states + 1
    arms: list[int] = []
    for _ in range(size[0]):
        copy = StateData(data.prompt, dict(data.variables), dict(data.variables), 0, data.open_role)
        arms.append(low.blocks.new_state(copy, group if size[0] > 1 else None))
    return ForksRef(state, tuple(arms))


def _computed_fork(low: Lowering, state: int, size: ast.expr) -> ArmsRef:
    """Arms whose number is computed at run time; loops over all of them become forks."""
    count = low.value(size)
    if count.type != INT:
        headline = f"a number of arms of type `{count.type}`"
        raise low.refuse(
            "SGL0507", size, headline, "a parameter that is given an int can be lowered"
        )
    low.flush()
    number = len(low.scope.arms) + 1
    data = low.state(state).copy()
    low.scope.arms[number] = ArmsData(replace(data, inherited=dict(data.variables)))
    return ArmsRef(state, number, count)


def join(low: Lowering, forks: ForksRef | ArmsRef, node: ast.Call) -> None:
    """Bind in the parent what the arms have bound: a list in arm order; what one of many has bound stays it."""
    low.flush()
    if isinstance(forks, ArmsRef):
        _join_computed(low, forks, node)
        return
    parent = low.state(forks.parent)
    arms = [low.state(arm) for arm in forks.arms]
    names = dict.fromkeys(name for arm in arms for name in arm.own())
    for name in names:
        low.noted_missing(forks.parent, name, name not in parent.variables)
        if name in parent.variables:
            help = "another name in the arm keeps both"
            headline = f"an arm binds `{name}`, which is bound before the fork"
            raise low.refuse("SGL0592", node, headline, help)
        found = [arm.variables[name] for arm in arms if name in arm.own()]
        one_of_many = len(found) == 1 and len(arms) > 1
        parent.variables[name] = found[0] if one_of_many else _gathered(low, found, name, node)


def _join_computed(low: Lowering, arms: ArmsRef, node: ast.Call) -> None:
    parent = low.state(arms.parent)
    for name, variable in low.scope.arms[arms.number].variables.items():
        low.noted_missing(arms.parent, name, name not in parent.variables)
        if name in parent.variables:
            headline = f"an arm binds `{name}`, which is bound before the fork"
            raise low.refuse("SGL0592", node, headline, "another name in the arm keeps both")
        if not variable.certain:
            raise low.refuse("SGL0505", node, "some arms bind a name on some paths only")
        parent.variables[name] = Variable(variable.value)


def _gathered(low: Lowering, found: list[Variable], name: str, node: ast.expr) -> Variable:
    if not all(variable.certain for variable in found):
        raise low.refuse("SGL0505", node, f"some arms bind `{name}` on some paths only")
    values = tuple(variable.value for variable in found)
    kind = ListType(common_type([value.type for value in values]))
    made = MakeList(result=Value(kind, name), items=values)
    low.lengths[made.result] = len(values)
    return Variable(low.emit(made, node).result)
