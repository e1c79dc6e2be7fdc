"""Where two paths meet: what their scopes mean differently is yielded, and means one thing afterwards."""

from __future__ import annotations

import ast
from typing import Any, cast

from ...ir.infer import common_type
from ...ir.ops import Const, If, Operand, Value, Yield
from ...ir.types import NONE, Type
from .context import TRUE, Lowering
from .scope import HANDLES, Lost, Variable, flag_of


def check_arms(low: Lowering, one: Any, two: Any, node: ast.AST) -> None:
    """Refuse arms of a computed number that some paths, or iterations, have changed and others not."""
    for number in set(one.arms) & set(two.arms):
        if one.arms[number].prompts is not two.arms[number].prompts:
            headline = "arms of a computed number that only some paths append to"
            raise low.refuse("SGL0507", node, headline)


def join_branches(
    low: Lowering, cond: Operand, builders: list[Any], scopes: list[Any], node: ast.AST
) -> None:
    """End two regions that start from this scope, and mean afterwards what either left behind."""
    check_arms(low, scopes[0], scopes[1], node)
    slots = [slot for slot in slots_of(scopes[0], scopes[1]) if slot.differs]
    blocks = []
    for side, builder in enumerate(builders):
        builder.emit(Yield(values=tuple(slot.sides[side] for slot in slots)))
        blocks.append(builder.seal())
    results = tuple(Value(slot.kind, slot.hint) for slot in slots)
    low.emit(If(results=results, cond=cond, then=blocks[0], orelse=blocks[1]), node)
    merged = scopes[0].copy()
    for name in dict.fromkeys((*scopes[0].names, *scopes[1].names)):
        sides_of_name = [scope.names.get(name) for scope in scopes]
        if any(isinstance(side, HANDLES) for side in sides_of_name):
            merged.names[name] = (
                sides_of_name[0] if sides_of_name[0] == sides_of_name[1] else Lost()
            )
    for number, data in scopes[1].states.items():
        if number in merged.states:
            mine = merged.states[number]
            mine.unnamed = max(mine.unnamed, data.unnamed)
            mine.has_turns = mine.has_turns and data.has_turns
            if mine.open_role != data.open_role:
                raise low.refuse("SGL0591", node, "a turn that is open on one path only")
    for slot, value in zip(slots, results, strict=True):
        slot.put(merged, value)
    for slot in slots_of(scopes[0], scopes[1]):
        if not slot.differs:
            slot.put(merged, slot.sides[0])
    low.scope.adopt(merged)


class Slot:
    """One thing that two scopes may mean differently: a name, a prompt, or a variable of a state."""

    def __init__(self, key: tuple[Any, ...], sides: tuple[Operand, Operand], certain: bool) -> None:
        self.key, self.sides, self.certain = key, sides, certain
        self.differs = sides[0] != sides[1]
        self.hint = key[-1] if isinstance(key[-1], str) else ""

    @property
    def kind(self) -> Type:
        """The type of what it may be."""
        return common_type([side.type for side in self.sides])

    def put(self, scope: Any, value: Operand) -> None:
        """Make a scope mean `value` here."""
        match self.key:
            case ("name", name):
                scope.names[name] = value
                if name.startswith("?") and value == TRUE:
                    del scope.names[name]
            case ("prompt", number):
                scope.states[number].prompt = value
            case (_, number, name):
                scope.states[number].variables[name] = Variable(value, self.certain)


def slots_of(one: Any, two: Any) -> list[Slot]:
    """Everything that may differ between two scopes."""
    nothing = Const(None, NONE)
    found: list[Slot] = []
    for name in dict.fromkeys((*one.names, *two.names)):
        sides = tuple(s.names.get(name, nothing) for s in (one, two))
        if name.startswith("?") or not all(isinstance(side, Value | Const) for side in sides):
            continue
        found.append(Slot(("name", name), cast("tuple[Operand, Operand]", sides), True))
        flags = (TRUE, TRUE) if name.startswith("$") else (one.flag(name), two.flag(name))
        if flags != (TRUE, TRUE):
            found.append(Slot(("name", flag_of(name)), flags, True))
    for number in one.states:
        if number not in two.states:
            continue
        states = one.states[number], two.states[number]
        prompts = states[0].prompt, states[1].prompt
        found.append(Slot(("prompt", number), prompts, True))
        for name in dict.fromkeys((*states[0].variables, *states[1].variables)):
            vars_ = [state.variables.get(name) for state in states]
            certain = all(each is not None and each.certain for each in vars_)
            values = tuple(each.value if each else nothing for each in vars_)
            slot = Slot(
                ("variable", number, name), cast("tuple[Operand, Operand]", values), certain
            )
            found.append(slot)
    return found
