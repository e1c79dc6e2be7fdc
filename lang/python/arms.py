"""Arms whose number is computed at run time: loops over all of them become forks over a list."""

from __future__ import annotations

import ast
from collections.abc import Callable

from ...ir.infer import item_type
from ...ir.ops import Builtin, Fork, Index, Pick, Value, Yield
from ...ir.types import INT, PROMPT, ListType
from .constants import is_builtin
from .context import Lowering
from .jumps import own_jumps
from .merging import check_arms, slots_of
from .scope import ArmsData, ArmsRef, Scope, StateData, StateRef, Variable


def over_computed_arms(low: Lowering, node: ast.For) -> bool:
    """A loop over all such arms, or over their numbers; whether it was one."""
    over, target, number = node.iter, node.target, ""
    match over, target:
        case (
            ast.Call(func=function, args=[inner], keywords=[]),
            ast.Tuple(elts=[ast.Name(id=number), each]),
        ) if is_builtin(low, function, "enumerate"):
            over, target = inner, each
        case _:
            pass
    arms = low.scope.names.get(over.id) if isinstance(over, ast.Name) else None
    if isinstance(arms, ArmsRef) and isinstance(target, ast.Name):
        name = target.id
        each_arm(low, arms, node, lambda arm, i: _arm_body(low, node, arms, arm, i, name, number))
        return True
    arms = _arms_counted_by(low, node)
    if arms is None or not isinstance(node.target, ast.Name):
        return False
    name = node.target.id
    each_arm(low, arms, node, lambda arm, i: _arm_body(low, node, arms, arm, i, "", name))
    return True


def _arms_counted_by(low: Lowering, node: ast.For) -> ArmsRef | None:
    """The arms that `for i in range(n)` goes over: those that its body has as `forks[i]`."""
    match node.iter:
        case ast.Call(func=function, args=[count], keywords=[]) if is_builtin(
            low, function, "range"
        ):
            pass
        case _:
            return None
    for inner in ast.walk(node):
        match inner:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=index)):
                arms = low.scope.names.get(name)
                if isinstance(arms, ArmsRef) and index == getattr(node.target, "id", None):
                    return arms if low.value(count) is arms.count else None
            case _:
                pass
    return None


def _arm_body(
    low: Lowering, node: ast.For, ref: ArmsRef, arm: int, index: Value, name: str, number: str
) -> None:
    if name:
        low.scope.bind(name, StateRef(arm))
    if number:
        low.scope.bind(number, index)
        low.scope.own_arm[ref.number] = (number, arm)
    low.block(node.body)


def each_arm(
    low: Lowering, ref: ArmsRef, node: ast.AST, write: Callable[[int, Value], None]
) -> None:
    """Run something on every arm at once: a fork over the numbers of the arms."""
    if isinstance(node, ast.For) and own_jumps(node):
        raise low.refuse("SGL0502", node, "`break` or `continue` in a loop over arms")
    low.flush()
    data, externs = low.scope.arms[ref.number], len(low.hosts.externs)
    numbers = Builtin(result=Value(ListType(INT)), name="range", args=(ref.count,))
    items = low.emit(numbers, node).result
    index, item = Value(INT, "arm"), Value(INT)
    outer, before = low.blocks.indices, low.scope.copy()
    low.blocks.indices = (*outer, index)
    found: list[StateData] = []

    def body() -> None:
        state = _arm_state(low, data, index, node)
        write(state, index)
        low.flush()
        found.append(low.state(state))

    builder, after = low.region(low.scope.copy(), body)
    low.blocks.indices = outer
    _check_arms_alone(low, before, after, externs, node)
    names = found[0].own()
    inner = (found[0].prompt, *(found[0].variables[name].value for name in names))
    builder.emit(Yield(values=inner))
    results = tuple(
        Value(ListType(value.type), name)
        for value, name in zip(inner, ("arms", *names), strict=True)
    )
    block = builder.seal(index, item)
    low.emit(Fork(results=results, items=items, bodies=(block,)), node)
    data.prompts = results[0]
    for name, value in zip(names, results[1:], strict=True):
        data.variables[name] = Variable(value, found[0].variables[name].certain)
    data.start.open_role, data.start.unnamed = found[0].open_role, found[0].unnamed


def _arm_state(low: Lowering, data: ArmsData, index: Value, node: ast.AST) -> int:
    """One arm as a state, in the body of a fork over all of them."""
    start = data.start.copy()
    if data.prompts is not None:
        pick = Pick(result=Value(PROMPT), prompts=data.prompts, index=index)
        start.prompt = low.emit(pick, node).result
    for name, variable in data.variables.items():
        at = Index(
            result=Value(item_type(variable.value.type), name),
            items=variable.value,
            index=index,
        )
        start.variables[name] = Variable(low.emit(at, node).result, variable.certain)
    return low.blocks.new_state(start)


def _check_arms_alone(
    low: Lowering, before: Scope, after: Scope, externs: int, node: ast.AST
) -> None:
    """Refuse what arms that run at once can't do: change what others see, or run Python in order."""
    if len(low.hosts.externs) > externs:
        raise low.refuse("SGL0507", node, "a loop over arms that runs Python in each of them")
    check_arms(low, before, after, node)
    for slot in slots_of(before, after):
        is_inner = slot.key[0] == "name" and slot.key[1] not in before.names
        if slot.differs and not is_inner:
            raise low.refuse("SGL0507", node, "a loop over arms that changes what is outside")
