"""Reading states: which state an expression is, and the variables of one, or of all arms of a fork."""

from __future__ import annotations

import ast
from typing import cast

from ...ir.infer import common_type, item_type
from ...ir.ops import Compare, Const, Index, MakeList, Operand, Value
from ...ir.types import BOOL, INT, ListType
from .constants import constant_text, static
from .context import FALSE, NOTHING, TRUE, Lowering
from .hosting import host_source, read
from .scope import MOST_ARMS, ArmsRef, ForksRef, StateRef

READS = frozenset({"get_var"})
"""Methods of a state that only read it."""


def is_bound(low: Lowering, node: ast.Compare, state: StateRef, negated: bool) -> Operand:
    """`name in s`: which path ran."""
    name = constant_text(low, node.left)
    low.flush()
    variable = low.state(state.number).variables.get(name)
    low.noted_missing(state.number, name, variable is None)
    if variable is None or variable.certain:
        return FALSE if (variable is None) != negated else TRUE
    op = Compare(
        result=Value(BOOL), op="eq" if negated else "ne", left=variable.value, right=NOTHING
    )
    return low.emit(op, node).result


def state_of(low: Lowering, node: ast.expr) -> int | None:
    """The state that an expression is: `s`, or an arm `forks[i]`."""
    match node:
        case ast.Name(id=name):
            meaning = low.scope.names.get(name)
            return meaning.number if isinstance(meaning, StateRef) else None
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            forks = low.scope.names.get(name)
            if isinstance(forks, ArmsRef):
                return _own_arm(low, forks, index, node)
            if not isinstance(forks, ForksRef):
                return None
            found = static(low, index)
            if found is None or not isinstance(found[0], int):
                help = "a loop over a constant range, or over the arms themselves, can be lowered"
                raise low.refuse("SGL0507", node, "an arm that is chosen at run time", help)
            if not -len(forks.arms) <= found[0] < len(forks.arms):
                raise low.refuse("SGL0507", node, f"there is no arm {found[0]}")
            return forks.arms[found[0]]
        case _:
            return None


def _own_arm(low: Lowering, arms: ArmsRef, index: ast.expr, node: ast.expr) -> int:
    """`forks[i]` in a loop over the numbers of the arms."""
    own = low.scope.own_arm.get(arms.number)
    if own is not None and isinstance(index, ast.Name) and index.id == own[0]:
        return own[1]
    help = "a loop over all arms, in which each is used alone, can be lowered"
    size = arms.count
    if isinstance(size, Const):
        headline = f"one of {size.value} arms alone: more than {MOST_ARMS} are lowered as a loop over all of them"
        raise low.refuse("SGL0507", node, headline, help)
    raise low.refuse("SGL0507", node, "an arm that is chosen at run time", help)


def variable(low: Lowering, inner: ast.expr, index: ast.expr, node: ast.expr) -> Operand | None:
    """`s["x"]`."""
    if (found := _of_any_arm(low, inner, index, node)) is not None:
        return found
    number = state_of(low, inner)
    if number is None:
        return _element(low, inner, index, node)
    name = constant_text(low, index)
    low.flush()
    variable = low.state(number).variables.get(name)
    low.noted_missing(number, name, variable is None)
    if variable is None:
        raise low.refuse("SGL0505", node, f"no path has bound `{name}` here")
    return read(low, variable, name, node)


def _own_item(low: Lowering, inner: ast.expr, index: ast.expr, node: ast.expr) -> Operand | None:
    """`xs[i]` in a loop over the numbers of arms of which there is one for each item of `xs`."""
    if not isinstance(inner, ast.Name) or not isinstance(index, ast.Name):
        return None
    number = low.scope.names.get(index.id)
    counted = low.arm_items.get(number) if isinstance(number, Value) else None
    if counted is None or counted != (inner.id, low.scope.names.get(inner.id)):
        return None
    items = counted[1]
    op = Index(result=Value(item_type(items.type)), items=items, index=cast("Value", number))
    return low.emit(op, node).result


def _of_any_arm(low: Lowering, inner: ast.expr, index: ast.expr, node: ast.expr) -> Operand | None:
    """`forks[i]["x"]` of an arm that is chosen at run time: one of what all of them have bound."""
    match inner:
        case ast.Subscript(value=ast.Name(id=name), slice=at):
            forks = low.scope.names.get(name)
        case _:
            return None
    if not isinstance(forks, ForksRef) or static(low, at) is not None:
        return None
    key, chosen = constant_text(low, index), low.value(at)
    low.flush()
    found = [low.state(arm).variables.get(key) for arm in forks.arms]
    if not all(each is not None and each.certain for each in found):
        return None
    values = tuple(each.value for each in found if each is not None)
    kind = common_type([value.type for value in values])
    items = low.emit(MakeList(result=Value(ListType(kind)), items=values), node).result
    return host_source(low, "_items[_at]", {"_items": items, "_at": chosen}, node, kind, key)


def _element(low: Lowering, inner: ast.expr, index: ast.expr, node: ast.expr) -> Operand | None:
    """`s["x"][0]`, of a list of which it is known that it has that element; `xs[i]` of the own one of an arm."""
    if (own := _own_item(low, inner, index, node)) is not None:
        return own
    at = static(low, index)
    if at is None or type(at[0]) is not int or not isinstance(inner, ast.Subscript):
        return None
    if state_of(low, inner.value) is None:
        return None
    items = variable(low, inner.value, inner.slice, inner)
    if not isinstance(items, Value) or not -low.lengths.get(items, 0) <= at[0] < low.lengths.get(
        items, 0
    ):
        return None
    op = Index(result=Value(item_type(items.type)), items=items, index=Const(at[0], INT))
    return low.emit(op, node).result


def over_arms(low: Lowering, node: ast.ListComp) -> Operand | None:
    """A comprehension over the arms of a fork: one value per arm."""
    match node.generators:
        case [ast.comprehension(target=ast.Name(id=name), iter=ast.Name(id=over), ifs=[])]:
            forks = low.scope.names.get(over)
        case _:
            return None
    if isinstance(forks, ArmsRef):
        return _of_arms(low, forks, name, node)
    if not isinstance(forks, ForksRef):
        return None
    outer, flag = low.scope.names.get(name), low.scope.flag(name)
    found: list[Operand] = []
    for arm in forks.arms:
        low.scope.bind(name, StateRef(arm))
        found.append(low.value(node.elt))
    del low.scope.names[name]
    if outer is not None:
        low.scope.bind(name, outer, flag)
    kind = ListType(common_type([value.type for value in found]))
    return low.emit(MakeList(result=Value(kind), items=tuple(found)), node).result


def _of_arms(low: Lowering, arms: ArmsRef, name: str, node: ast.ListComp) -> Operand:
    """`[f["x"] for f in forks]` of arms whose number is computed: the list of the values."""
    match node.elt:
        case ast.Subscript(value=ast.Name(id=owner), slice=index) if owner == name:
            key = constant_text(low, index)
            found = low.scope.arms[arms.number].variables.get(key)
            if found is not None and found.certain:
                return found.value
        case _:
            pass
    raise low.refuse("SGL0507", node.elt, "more than a variable of each arm is read here")
