"""Forks and joins: the arms of a state, and what the parent is bound to after them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from ...ir.infer import common_type
from ...ir.ops import Builtin, Compare, Const, If, MakeList, Operand, Value, Yield
from ...ir.types import BOOL, INT, STR, ListType
from . import said
from .appending import append
from .constants import arguments, is_builtin, static
from .context import NOTHING, Lowering
from .occurrences import occurrences
from .parts import ValuePart
from .quiet import is_quiet
from .scope import MOST_ARMS, ArmsData, ArmsRef, ForksRef, StateData, Variable
from .states import state_of


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
    if "position_ids_offset" in given and not is_quiet(low, [given["position_ids_offset"]]):
        raise low.refuse("SGL0507", node, "an offset, which has no effect, is computed by a call")
    size = static(low, given["size"]) if "size" in given else (1,)
    if size is None:
        return _computed_fork(low, state, given["size"])
    if type(size[0]) is not int or size[0] < 1:
        help = "a whole number from 1 on can be lowered"
        raise low.refuse("SGL0507", given["size"], f"{size[0]!r} arms", help)
    if size[0] > MOST_ARMS:
        return _computed_fork(low, state, given["size"])
    low.flush()
    data = low.state(state)
    group = low.blocks.states + 1
    arms: list[int] = []
    for number in range(size[0]):
        arm = low.blocks.new_state(_arm(low, data), group if size[0] > 1 else None)
        low.state(arm).arms = (*data.arms, (len(low.blocks.indices), number, arm))
        low.by_hand.update((arm, name) for owner, name in list(low.by_hand) if owner == state)
        arms.append(arm)
    return ForksRef(state, tuple(arms))


def _arm(low: Lowering, data: StateData) -> StateData:
    """A state as one of its arms begins."""
    arm = said.forgotten(data.copy())
    arm.inherited, arm.unnamed = dict(arm.variables), 0
    if _texts_are_joined(low):
        said.begin(arm, said.ARM)
    return arm


def _texts_are_joined(low: Lowering) -> bool:
    """Whether the function appends the texts of arms somewhere."""
    return "concate_and_append" in occurrences(low.frame.source.node).texts


def _computed_fork(low: Lowering, state: int, size: ast.expr) -> ArmsRef:
    """Arms whose number is computed at run time, or large; loops over all of them become forks."""
    count = low.value(size)
    if count.type != INT:
        headline = f"a number of arms of type `{count.type}`"
        raise low.refuse(
            "SGL0507", size, headline, "a parameter that is given an int can be lowered"
        )
    low.flush()
    number = len(low.scope.arms) + 1
    low.scope.arms[number] = ArmsData(_arm(low, low.state(state)))
    return ArmsRef(state, number, count, _counted_list(low, size))


def _counted_list(low: Lowering, size: ast.expr) -> tuple[str, Operand] | None:
    """The list of which a size is the length, when nothing but reading is done with it."""
    match size:
        case ast.Call(func=ast.Name() as name, args=[ast.Name(id=items)], keywords=[]):
            found = low.scope.names.get(items)
            if not isinstance(found, Value) or not isinstance(found.type, ListType):
                return None
            is_plain = occurrences(low.frame.source.node).is_only_read(items)
            return (items, found) if is_plain and is_builtin(low, name, "len") else None
        case _:
            pass
    return None


def join(low: Lowering, forks: ForksRef | ArmsRef, node: ast.AST, is_copy: bool = False) -> None:
    """Bind in the parent what the arms have bound: a list in arm order; what one of many has bound stays it."""
    low.flush()
    found = (
        _of_computed(low, forks, node) if isinstance(forks, ArmsRef) else _of_arms(low, forks, node)
    )
    for name, make in found.items():
        _bind(low, forks.parent, name, make, node, is_copy)


def _of_arms(low: Lowering, forks: ForksRef, node: ast.AST) -> dict[str, Callable[[], Variable]]:
    """What the parent is bound to, made when it is."""
    arms = [low.state(arm) for arm in forks.arms]
    names = [
        n for n in dict.fromkeys(n for arm in arms for n in arm.own()) if not said.is_hidden(n)
    ]

    def made(name: str) -> Variable:
        found = [arm.variables[name] for arm in arms if name in arm.own()]
        one_of_many = len(found) == 1 and len(arms) > 1
        return found[0] if one_of_many else _gathered(low, found, name, node)

    return {name: partial(made, name) for name in names}


def _of_computed(low: Lowering, arms: ArmsRef, node: ast.AST) -> dict[str, Callable[[], Variable]]:
    def made(name: str, variable: Variable) -> Variable:
        if not variable.certain:
            raise low.refuse("SGL0505", node, "some arms bind a name on some paths only")
        return Variable(variable.value)

    found = low.scope.arms[arms.number].variables
    return {n: partial(made, n, v) for n, v in found.items() if not said.is_hidden(n)}


def _bind(
    low: Lowering,
    parent: int,
    name: str,
    make: Callable[[], Variable],
    node: ast.AST,
    is_copy: bool,
) -> None:
    """Bind a name by a join. One that an earlier join has bound stays; one of the parent's own can't be bound."""
    before = low.state(parent).variables.get(name)
    low.noted_missing(parent, name, before is None)
    if before is not None and (parent, name) in low.by_hand and not is_copy:
        help = "another name in the arm keeps both"
        headline = f"an arm binds `{name}`, which is bound before the fork"
        raise low.refuse("SGL0592", node, headline, help)
    if before is None:
        low.state(parent).variables[name] = make()
        return
    if not is_copy:
        help = "another name in the arm keeps both"
        low.warn("SGL0592", node, f"`{name}` keeps what the first join has bound it to", help)
    if not before.certain:
        low.state(parent).variables[name] = _first(low, before, make(), node)


def _first(low: Lowering, before: Variable, made: Variable, node: ast.AST) -> Variable:
    """What was bound before, if it was."""
    if not made.certain:
        raise low.refuse("SGL0505", node, "some arms bind a name on some paths only")
    is_there = Compare(result=Value(BOOL), op="ne", left=before.value, right=NOTHING)
    cond = low.emit(is_there, node).result
    sides = []
    for value in (before.value, made.value):
        builder, _ = low.region(low.scope.copy(), lambda: None)
        builder.emit(Yield(values=(value,)))
        sides.append(builder.seal())
    result = Value(common_type([before.value.type, made.value.type]))
    op = If(results=(result,), cond=cond, then=sides[0], orelse=sides[1])
    return Variable(low.emit(op, node).results[0])


def join_texts(low: Lowering, forks: ForksRef | ArmsRef, node: ast.Call) -> None:
    """Append to the parent what the arms were appended since they left it."""
    low.flush()
    if isinstance(forks, ArmsRef):
        texts = low.scope.arms[forks.number].variables.pop(said.key(said.ARM), None)
        text = texts.value if texts is not None else None
        made = [] if text is None else [_joined(low, text, node)]
    else:
        found = [said.end(low.state(arm), said.ARM) for arm in forks.arms]
        text = None if None in found else Const("", STR)
        made = [each for each in found if each is not None]
    if text is None:
        raise low.refuse("SGL0506", node, "the text of arms that are forked elsewhere")
    append(low, forks.parent, [ValuePart(each, node) for each in made])


def _joined(low: Lowering, texts: Operand, node: ast.AST) -> Value:
    op = Builtin(result=Value(STR, "texts"), name="join", args=(texts, Const("", STR)))
    return low.emit(op, node).result


def _gathered(low: Lowering, found: list[Variable], name: str, node: ast.AST) -> Variable:
    if not all(variable.certain for variable in found):
        raise low.refuse("SGL0505", node, f"some arms bind `{name}` on some paths only")
    values = tuple(variable.value for variable in found)
    kind = ListType(common_type([value.type for value in values]))
    made = MakeList(result=Value(kind, name), items=values)
    low.lengths[made.result] = len(values)
    return Variable(low.emit(made, node).result)
