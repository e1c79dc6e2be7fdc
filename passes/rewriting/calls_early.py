"""Calls that a host function can't influence start before it; a part of `move-code`."""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.ops import Effect, Op, Value
from ...ir.structure import effects, regions, results, walk
from ..analysis.dependence import needed
from ..analysis.safety import cannot_fail
from ..running.context import Context

_FREE = Effect.APPENDS | Effect.MODEL | Effect.SAMPLED


def start_calls_early(ops: Sequence[Op], context: Context) -> Sequence[Op]:
    """The ops of a block, calls that need nothing of its first host function put before it.

    The prompt of such a call is the same, and so is what it draws: only the time changes. What
    can fail without asking the model is not moved, so that a host function still runs before it.
    """
    first = next((i for i, op in enumerate(ops) if effects(op) & Effect.HOST), None)
    if first is None:
        return ops
    movable = _movable(ops[first:])
    calls = [op for op in movable if effects(op) & Effect.MODEL]
    if not calls:
        return ops
    early = _with_what_they_need(calls, movable)
    for call in calls:
        context.did(
            "started a call before a host function that can't change its prompt", span=call.span
        )
    moved = [op for op in ops[first:] if op in early]
    stays = [op for op in ops[first:] if op not in early]
    return [*ops[:first], *moved, *stays]


def _movable(ops: Sequence[Op]) -> list[Op]:
    """The ops that depend on nothing that must stay behind the first of them."""
    stuck: set[Value] = set()
    found: list[Op] = []
    for op in ops:
        if _may_move(op) and not stuck & needed(op):
            found.append(op)
        else:
            stuck.update(results(op))
    return found


def _may_move(op: Op) -> bool:
    if effects(op) & ~_FREE:
        return False
    inner = [nested for region in regions(op) for nested in walk(region)]
    return all(_is_call(one) or cannot_fail(one) or _is_end(one) for one in inner or [op])


def _is_call(op: Op) -> bool:
    return bool(effects(op) & Effect.MODEL) and not regions(op)


def _is_end(op: Op) -> bool:
    return bool(effects(op) & Effect.CONTROL)


def _with_what_they_need(calls: Sequence[Op], movable: Sequence[Op]) -> set[Op]:
    """The calls, and the movable ops that their prompts are made of."""
    wanted: set[Value] = set()
    early: set[Op] = set()
    for op in reversed(movable):
        if op in calls or any(value in wanted for value in results(op)):
            early.add(op)
            wanted |= needed(op)
    return early
