"""Calls that need nothing of a guard start before it, as speculation; a part of `move-code`.

A guard is what can fail: a host function that is not `pure`, an index out of range, a value of a declared
type that `max_tokens` cuts short. What stands behind it is asked only if it holds, so a call that is
started earlier may be one that nobody asked for: that is done at `-O2` alone, and marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...ir.failure import cannot_fail
from ...ir.ops import Effect, Gen, Op, Select, Value
from ...ir.structure import effects, regions, results, walk
from ..analysis.dependence import needed
from ..running.context import Context
from .rewriter import Rewriter

_FREE = Effect.APPENDS | Effect.MODEL | Effect.SAMPLED
_WHAT = "start a call before {} that can't change its prompt"


def start_calls_early(ops: Sequence[Op], context: Context) -> Sequence[Op]:
    """The ops of a block, calls that need nothing of its first guard put before it where that may be.

    The prompt of such a call is the same, and so is what it draws: only the time changes. What
    can fail without asking the model is not moved, so that a host function still runs before it.
    """
    first = next((at for at, op in enumerate(ops) if not cannot_fail(op)), None)
    if first is None:
        return ops
    movable = _movable(ops[first + 1 :], ops[first])
    calls = [op for op in movable if effects(op) & Effect.MODEL]
    if not calls:
        return ops
    what = "a host function" if effects(ops[first]) & Effect.HOST else "something"
    if context.level < 2:
        for call in calls:
            why = "it may fail, and then nobody asks; `-O2` does it, counted apart"
            context.declined(_WHAT.format(what), why, call.span)
        return ops
    early = _with_what_they_need(calls, movable)
    for call in calls:
        context.did(_WHAT.format(what).replace("start", "started", 1), span=call.span)
    moved = [speculative(op) for op in ops[first:] if op in early]
    stays = [op for op in ops[first:] if op not in early]
    return [*ops[:first], *moved, *stays]


def speculative(op: Op) -> Op:
    """The op, its calls marked as started before something that may still end the program."""
    (marked,) = _Marker().visit(op)
    return marked


class _Marker(Rewriter):
    """Marks every call."""

    def visit(self, op: Op) -> Sequence[Op]:
        if isinstance(op, Gen | Select):
            return (replace(op, speculative=True),)
        return (self.descend(op),)


def _movable(ops: Sequence[Op], guard: Op) -> list[Op]:
    """The ops behind a guard that depend on nothing that must stay behind it."""
    stuck: set[Value] = set(results(guard))
    found: list[Op] = []
    for op in ops:
        if _may_move(op) and stuck.isdisjoint(needed(op)):
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
