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
    """A loop over all such arms, over their numbers, or beside the list that counts them; whether it was one."""
    match node:
        case ast.For(
            iter=ast.Call(func=function, args=[ast.Name(id=over)], keywords=[]),
            target=ast.Tuple(elts=[ast.Name(id=number), ast.Name(id=name)]),
        ) if is_builtin(low, function, "enumerate"):
            return _over(low, node, over, name, number)
        case ast.For(
            iter=ast.Call(
                func=function,
                args=[ast.Name(id=over), ast.Name(id=items)],
                keywords=[] | [ast.keyword(arg="strict", value=ast.Constant())],
            ),
            target=ast.Tuple(elts=[ast.Name(id=name), ast.Name(id=item)]),
        ) if is_builtin(low, function, "zip"):
            arms = low.scope.names.get(over)
            counted = isinstance(arms, ArmsRef) and _is_counted_by(low, arms, items)
            return counted and _over(low, node, over, name, item=item)
        case ast.For(iter=ast.Name(id=over), target=ast.Name(id=name)):
            return _over(low, node, over, name)
        case ast.For(target=ast.Name(id=number)):
            arms = _arms_counted_by(low, node)
            return arms is not None and _over(low, node, arms, number=number)
        case _:
            return False


def _over(
    low: Lowering, node: ast.For, over: str, name: str = "", number: str = "", item: str = ""
) -> bool:
    """Run the body on every arm: as `name`, with its number and the item of its list under these names."""
    arms = low.scope.names.get(over)
    if not isinstance(arms, ArmsRef):
        return False

    def body(arm: int, index: Value) -> None:
        if name:
            low.scope.bind(name, StateRef(arm))
        if number:
            low.scope.bind(number, index)
            low.scope.own_arm[arms.number] = (number, arm)
        if item:
            low.scope.bind(item, own_item(low, index, node))
        low.block(node.body)

    each_arm(low, arms, node, body)
    return True


def own_item(low: Lowering, index: Value, node: ast.AST) -> Value:
    """The item of an arm in the list that the arms are counted by."""
    _, items = low.arm_items[index]
    op = Index(result=Value(item_type(items.type), "item"), items=items, index=index)
    return low.emit(op, node).result


def _is_counted_by(low: Lowering, arms: ArmsRef, items: str) -> bool:
    """Whether there is an arm for each item of the list of that name."""
    return arms.items is not None and arms.items == (items, low.scope.names.get(items))


def _arms_counted_by(low: Lowering, node: ast.For) -> str | None:
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
                    return name if _is_count(low, arms, count) else None
            case _:
                pass
    return None


def _is_count(low: Lowering, arms: ArmsRef, count: ast.expr) -> bool:
    """Whether an expression is the number of the arms."""
    match count:
        case ast.Call(func=ast.Name() as name, args=[ast.Name(id=items)]):
            return is_builtin(low, name, "len") and _is_counted_by(low, arms, items)
        case _:
            return low.value(count) == arms.count


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

    if ref.items is not None:
        low.arm_items[index] = ref.items

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
