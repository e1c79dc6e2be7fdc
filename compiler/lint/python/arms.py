"""Arms of a program that a loop goes through: one state stands for all of them, and each round has its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .copies import lasting
from .frames import Loop
from .taints import Taints
from .values import StateV


def arm_in_round(loop: Loop, arm: StateV) -> StateV:
    """The arm that a round appends to: it holds nothing of what another round appended to its own.

    What the first round appends stands behind the loop for what all of them did.
    """
    if not arm.is_arm:
        return arm
    if id(arm) not in loop.own:
        is_first = id(arm) not in loop.arms
        _, begun = loop.arms.setdefault(id(arm), (arm, _as_it_is(arm)))
        loop.own[id(arm)] = arm if is_first else _as_it_is(begun)
    return loop.own[id(arm)]


def keep_apart(loop: Loop) -> None:
    """What each arm was told in a round of its own differs between them once the loop has ended, too."""
    for arm, _ in loop.arms.values():
        arm.messages.items = [
            replace(item, value=lasting(item.value, loop.number)) for item in arm.messages.items
        ]


def counted_arm(loops: Iterable[Loop], arm: StateV, index: Taints) -> StateV:
    """The arm at an index: where a loop that runs decides which, each of its rounds has another one."""
    deciding = {taint.needs for taint in index}
    loop = next((each for each in loops if each.number in deciding), None)
    return arm if loop is None else arm_in_round(loop, arm)


def _as_it_is(arm: StateV) -> StateV:
    return replace(arm, messages=replace(arm.messages, items=list(arm.messages.items)))
