"""What goes around a loop: guessed from what its body may change, and what it does not change is taken out.

The body is lowered once where the guess holds. Only where a value changes its type, or something new is read
before it is bound, it is lowered again with a better guess.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from ...ir.builder import BlockBuilder
from ...ir.infer import common_type
from ...ir.ops import Block, Const, Operand, Value, Yield
from ...ir.structure import substitute_block
from ...ir.types import ANY, BOOL, NONE
from .context import FALSE, NOTHING, Lowering
from .jumps import loads
from .merging import Slot, check_arms, join_branches, slots_of
from .names import exposed, names_read, names_written
from .scope import BROKEN, HANDLES, ForksRef, Lost, Scope, StateRef, flag_of

_MOST_ROUNDS = 12
Key = tuple[Any, ...]


@dataclass
class Body:
    """A loop's body: what it carries (for each the value before the loop, and its argument), and its block."""

    slots: list[Slot]
    args: tuple[Value, ...]
    block: Block
    lost: list[str]


@dataclass
class _Try:
    """The body, lowered with a guess: its argument for each key, and what differs after it."""

    builder: BlockBuilder
    args: dict[Key, Value]
    before: Scope
    after: Scope
    found: list[Slot]
    missing: set[tuple[int, str]]
    kept: dict[Key, Value]


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
                if not _outlives(low, node, slot.key):
                    continue
                flag = ("name", flag_of(name))
                low.kept[flag] = Value(BOOL, "bound")
                scopes[0].names[flag_of(name)] = low.kept[flag]
            case ("variable", int(number), str(name)):
                if name in scopes[0].states[number].variables:
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
    outer_indices = low.blocks.indices
    low.blocks.indices = (*outer_indices, own[0])
    low.frame.loops += 1
    guess = _guess(low, node)
    try:
        for _ in range(_MOST_ROUNDS):
            with low.trial() as attempt:
                tried = _tried(low, write, guess)
                better = _better(low, node, guess, tried)
                if better == guess:
                    attempt.keep()
                    return _finished(low, node, own, tried)
            guess = better
    finally:
        low.frame.loops -= 1
        low.blocks.indices = outer_indices
    raise low.refuse("SGL0502", node, "a loop in which the types of values never settle")


_Guess = dict[Key, Any]
"""For each key the type of its argument, or for a variable the type and whether it is certain."""


def _guess(low: Lowering, node: ast.For | ast.While) -> _Guess:
    """Whatever the body may change, by its names: values, flags, prompts and variables of states."""
    guess: _Guess = {}
    for name in dict.fromkeys((*names_written([node]), *_hidden(low))):
        meaning = low.scope.names.get(name)
        if isinstance(meaning, Value | Const):
            guess["name", name] = (meaning.type, True)
            if low.scope.flag(name) != Const(True, low.scope.flag(name).type):
                guess["name", flag_of(name)] = (low.scope.flag(name).type, True)
        elif meaning is None and _is_exposed(node, name):
            guess["name", name] = (ANY, True)
            guess["name", flag_of(name)] = (ANY, True)
    for number in _states_in(low, node):
        data = low.state(number)
        guess["prompt", number] = (data.prompt.type, True)
        for name, variable in data.variables.items():
            guess["variable", number, name] = (variable.value.type, variable.certain)
    return guess


def _hidden(low: Lowering) -> list[str]:
    return [name for name in low.scope.names if name.startswith("$")]


def _states_in(low: Lowering, node: ast.AST) -> list[int]:
    """The states that a loop names."""
    found: dict[int, None] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            match low.scope.names.get(inner.id):
                case StateRef(number):
                    found[number] = None
                case ForksRef(parent, arms):
                    found.update(dict.fromkeys((parent, *arms)))
                case _:
                    pass
    return list(found)


def _is_exposed(node: ast.For | ast.While, name: str) -> bool:
    """Whether an iteration may read what the one before it has bound."""
    if isinstance(node, ast.While):
        return name in names_read([node.test]) or exposed(node.body, name)
    return name not in names_written([node.target]) and exposed(node.body, name)


def _tried(low: Lowering, write: Callable[[], None], guess: _Guess) -> _Try:
    start = low.scope.copy()
    args: dict[Key, Value] = {}
    for key, (kind, certain) in guess.items():
        hint = key[-1] if isinstance(key[-1], str) else ""
        args[key] = Value(kind, "bound" if hint.startswith("?") else hint)
        Slot(key, (args[key], args[key]), certain).put(start, args[key])
    before = start.copy()
    outer_missing, low.missing = low.missing, set()
    outer_kept, low.kept = low.kept, {}
    builder, after = low.region(start, write)
    missing, low.missing = low.missing, outer_missing | low.missing
    kept, low.kept = low.kept, outer_kept
    check_arms(low, before, after, low.frame.source.node)
    return _Try(builder, args, before, after, slots_of(before, after), missing, kept)


def _better(low: Lowering, node: ast.For | ast.While, guess: _Guess, tried: _Try) -> _Guess:
    """The guess, wider where it did not hold."""
    better = dict(guess)
    for slot in tried.found:
        if slot.key in guess:
            kind, certain = guess[slot.key]
            wider = common_type([kind, slot.sides[1].type])
            better[slot.key] = (wider, certain and slot.certain)
        elif slot.differs and _was_needed(low, node, slot.key, tried):
            better[slot.key] = (common_type([side.type for side in slot.sides]), slot.certain)
    return better


def _was_needed(low: Lowering, node: ast.For | ast.While, key: Key, tried: _Try) -> bool:
    """Whether the body may have read what stood there when it began."""
    match key:
        case ("name", str(name)):
            return name.lstrip("?") in tried.before.names
        case ("variable", int(number), str(name)):
            was_there = name in tried.before.states[number].variables
            return was_there or (number, name) in tried.missing
        case _:
            return True


def _finished(
    low: Lowering, node: ast.For | ast.While, own: tuple[Value, ...], tried: _Try
) -> Body:
    """Carry what differs; for everything else the body reads what stands before the loop."""
    slots: list[Slot] = []
    args: list[Value] = []
    same: dict[Value, Operand] = {}
    for slot in tried.found:
        before = _before(low.scope, slot.key)
        arg = tried.args.get(slot.key) or tried.kept.get(slot.key)
        if arg is not None and not slot.differs:
            same[arg] = before
        elif arg is not None or (slot.differs and _outlives(low, node, slot.key)):
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


def _outlives(low: Lowering, node: ast.For | ast.While, key: Key) -> bool:
    """Whether a name means something beyond one iteration."""
    match key:
        case ("name", str(name)):
            base = name.lstrip("?")
            if base.startswith("$") or base in low.scope.names:
                return True
            return loads(low.frame.source.node, base) > loads(node, base)
        case _:
            return True


def _lost(low: Lowering, node: ast.For | ast.While, tried: _Try) -> list[str]:
    """Names of states and the like that a round binds anew: after the loop nobody can say to what."""
    found: list[str] = []
    for name in dict.fromkeys((*tried.before.names, *tried.after.names)):
        sides = tried.before.names.get(name), tried.after.names.get(name)
        if sides[0] == sides[1] or not any(isinstance(side, HANDLES) for side in sides):
            continue
        if sides[0] is not None and _is_exposed(node, name):
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
