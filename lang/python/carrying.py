"""What goes around a loop: guessed from what its body may change, and what it does not change is taken out.

The body is lowered once where the guess holds. Only where a value changes its type, or something new is read
before it is bound, it is lowered again with a better guess.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from ...ir.infer import common_type
from ...ir.ops import Block, Operand, Value, Yield
from ...ir.structure import substitute_block
from ...ir.types import BOOL, NONE
from . import counting
from .context import FALSE, NOTHING, Lowering
from .guessing import Key, Try, better_guess, first_guess, is_exposed, is_sure, outlives, tried_with
from .merging import Slot, join_branches, slots_of
from .scope import BROKEN, HANDLES, Lost, Scope, flag_of

_MOST_ROUNDS = 12


@dataclass
class Body:
    """A loop's body: what it carries (for each the value before the loop, and its argument), and its block."""

    slots: list[Slot]
    args: tuple[Value, ...]
    block: Block
    lost: list[str]


def unless_broken(low: Lowering, write: Callable[[], None], node: ast.For) -> None:
    """The body of a loop with `break`: nothing, once that happened."""
    broken = low.scope.names[BROKEN]
    sides = [
        low.region(low.scope.copy(), lambda: None),
        low.region(low.scope.copy(), write),
    ]
    builders, scopes = [side[0] for side in sides], [side[1] for side in sides]
    _keep(low, scopes, node)
    join_branches(low, cast("Operand", broken), builders, scopes, node)


def _keep(low: Lowering, scopes: list[Scope], node: ast.For) -> None:
    """What the body binds first, the rounds after a `break` leave as it is: an argument that stands for it."""
    for slot in slots_of(scopes[0], scopes[1]):
        match slot.key:
            case ("name", str(name)) if name[0] in "$?" or name in scopes[0].names:
                continue
            case ("name", str(name)):
                if not outlives(low, node, slot.key) or not is_sure(scopes[1], slot.key):
                    continue
                flag = ("name", flag_of(name))
                low.kept[flag] = Value(BOOL, "bound")
                scopes[0].names[flag_of(name)] = low.kept[flag]
            case ("variable", int(number), str(name)):
                is_new = name not in scopes[0].states[number].variables
                if not is_new or not is_sure(scopes[1], slot.key):
                    continue
                slot.certain = False
            case _:
                continue
        low.kept[slot.key] = Value(common_type([NONE, slot.sides[1].type]), slot.hint)
        slot.put(scopes[0], low.kept[slot.key])


def looped(
    low: Lowering, node: ast.For | ast.While, own: tuple[Value, ...], write: Callable[[], None]
) -> Body:
    """Write a loop's body. `own` are the block's first arguments, of which the first counts the rounds."""
    low.flush()
    counting.begin(low, node)
    outer_indices = low.blocks.indices
    low.blocks.indices = (*outer_indices, own[0])
    low.frame.loops += 1
    guess = first_guess(low, node)
    try:
        for _ in range(_MOST_ROUNDS):
            with low.trial() as attempt:
                tried = tried_with(low, write, guess)
                better = better_guess(low, node, guess, tried)
                if better == guess:
                    attempt.keep()
                    return _finished(low, node, own, tried)
            guess = better
    finally:
        low.frame.loops -= 1
        low.blocks.indices = outer_indices
    raise low.refuse("SGL0502", node, "a loop in which the types of values never settle")


def _finished(low: Lowering, node: ast.For | ast.While, own: tuple[Value, ...], tried: Try) -> Body:
    """Carry what differs; for everything else the body reads what stands before the loop."""
    slots: list[Slot] = []
    args: list[Value] = []
    same: dict[Value, Operand] = {}
    for slot in tried.found:
        before = _before(low.scope, slot.key)
        arg = tried.args.get(slot.key) or tried.kept.get(slot.key)
        if arg is not None and not slot.differs:
            same[arg] = before
        elif arg is not None or (slot.differs and outlives(low, node, slot.key)):
            kind = arg.type if arg is not None else common_type([before.type, slot.sides[1].type])
            slots.append(slot)
            args.append(arg if arg is not None else Value(kind, slot.hint))
    tried.builder.emit(Yield(values=tuple(slot.sides[1] for slot in slots)))
    for slot in slots:
        slot.sides = (_before(low.scope, slot.key), slot.sides[1])
    for key, arg in tried.kept.items():
        if arg not in args:
            same[arg] = FALSE if arg.type == BOOL and str(key[-1]).startswith("?") else NOTHING
    block = substitute_block(tried.builder.seal(*own, *args), same)
    return Body(slots, tuple(args), block, _lost(low, node, tried))


def _before(scope: Scope, key: Key) -> Operand:
    """What a key means before the loop."""
    match key:
        case ("name", str(name)) if name.startswith("?"):
            return scope.flag(name[1:]) if name[1:] in scope.names else FALSE
        case ("name", str(name)):
            return cast("Operand", scope.names.get(name, NOTHING))
        case ("prompt", int(number)):
            return scope.states[number].prompt
        case _:
            _, number, name = key
            found = scope.states[number].variables.get(name)
            return found.value if found is not None else NOTHING


def _lost(low: Lowering, node: ast.For | ast.While, tried: Try) -> list[str]:
    """Names of states and the like that a round binds anew: after the loop nobody can say to what."""
    found: list[str] = []
    for name in dict.fromkeys((*tried.before.names, *tried.after.names)):
        sides = tried.before.names.get(name), tried.after.names.get(name)
        if sides[0] == sides[1] or not any(isinstance(side, HANDLES) for side in sides):
            continue
        if sides[0] is not None and is_exposed(node, name):
            headline = f"`{name}` is bound to another prompt in each round"
            raise low.refuse("SGL0503", node, headline)
        found.append(name)
    for number, data in tried.after.states.items():
        was = tried.before.states.get(number)
        if was is not None and was.open_role != data.open_role:
            raise low.refuse("SGL0591", node, "a turn that is open on one path only")
    return found


def after_loop(low: Lowering, body: Body, results: tuple[Value, ...]) -> None:
    """Mean after the loop what it has carried out."""
    for slot, value in zip(body.slots, results, strict=True):
        slot.put(low.scope, value)
    for name in body.lost:
        low.scope.names[name] = Lost()
