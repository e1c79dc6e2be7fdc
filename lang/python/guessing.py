"""What a loop may carry: a guess from the names in its body, and a better one from lowering it with that.

Called by `carrying`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...ir.builder import BlockBuilder
from ...ir.infer import common_type
from ...ir.ops import Const, Value
from ...ir.types import ANY, STR, OptionalType
from .asked import names_asked
from .context import TRUE, Lowering
from .merging import Slot, check_arms, slots_of
from .names import exposed, names_read, names_written
from .occurrences import occurrences
from .scope import ForksRef, Scope, StateRef, flag_of

Key = tuple[Any, ...]
Guess = dict[Key, Any]
"""For each key the type of its argument, or for a variable the type and whether it is certain."""


@dataclass
class Try:
    """The body, lowered with a guess: its argument for each key, and what differs after it."""

    builder: BlockBuilder
    args: dict[Key, Value]
    before: Scope
    after: Scope
    found: list[Slot]
    missing: set[tuple[int, str]]
    kept: dict[Key, Value]


def first_guess(low: Lowering, node: ast.For | ast.While) -> Guess:
    """Whatever the body may change, by its names: values, flags, prompts and variables of states."""
    guess: Guess = {}
    for name in dict.fromkeys((*names_written([node]), *_hidden(low))):
        meaning = low.scope.names.get(name)
        if isinstance(meaning, Value | Const):
            guess["name", name] = (meaning.type, True)
            if low.scope.flag(name) != Const(True, low.scope.flag(name).type):
                guess["name", flag_of(name)] = (low.scope.flag(name).type, True)
        elif meaning is None and is_exposed(node, name):
            guess["name", name] = (ANY, True)
            guess["name", flag_of(name)] = (ANY, True)
    asked = names_asked(low, node)
    for number in states_in(low, node):
        data = low.state(number)
        guess["prompt", number] = (data.prompt.type, True)
        for name in asked:
            guess["variable", number, name] = (OptionalType(STR), False)
        for name, variable in data.variables.items():
            guess["variable", number, name] = (variable.value.type, variable.certain)
    return guess


def _hidden(low: Lowering) -> list[str]:
    return [name for name in low.scope.names if name.startswith("$")]


def states_in(low: Lowering, node: ast.AST) -> list[int]:
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


def is_exposed(node: ast.For | ast.While, name: str) -> bool:
    """Whether an iteration may read what the one before it has bound."""
    if isinstance(node, ast.While):
        return name in names_read([node.test]) or exposed(node.body, name)
    return name not in names_written([node.target]) and exposed(node.body, name)


def tried_with(low: Lowering, write: Callable[[], None], guess: Guess) -> Try:
    """Lower the body with a guess."""
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
    return Try(builder, args, before, after, slots_of(before, after), missing, kept)


def better_guess(low: Lowering, node: ast.For | ast.While, guess: Guess, tried: Try) -> Guess:
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


def _was_needed(low: Lowering, node: ast.For | ast.While, key: Key, tried: Try) -> bool:
    """Whether the body may have read what stood there when it began, or have left it as it was."""
    match key:
        case ("name", str(name)):
            base = name.lstrip("?")
            if base in tried.before.names:
                return True
            is_perhaps = ("name", base) not in tried.kept and not is_sure(tried.after, key)
            return is_perhaps and outlives(low, node, key)
        case ("variable", int(number), str(name)):
            was_there = name in tried.before.states[number].variables
            is_perhaps = key not in tried.kept and not is_sure(tried.after, key)
            return was_there or is_perhaps or (number, name) in tried.missing
        case _:
            return True


def is_sure(scope: Scope, key: Key) -> bool:
    """Whether a name or a variable is bound on every path that leads here."""
    match key:
        case ("name", str(name)):
            return scope.flag(name.lstrip("?")) == TRUE
        case _:
            _, number, name = key
            return scope.states[number].variables[name].certain


def outlives(low: Lowering, node: ast.For | ast.While, key: Key) -> bool:
    """Whether a name means something beyond one iteration."""
    match key:
        case ("name", str(name)):
            base = name.lstrip("?")
            if base.startswith("$") or base in low.scope.names:
                return True
            whole, own = occurrences(low.frame.source.node), occurrences(node)
            return whole.loads(base) > own.loads(base)
        case _:
            return True
