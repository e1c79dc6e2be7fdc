"""The order in which a block's ops run: independent calls of one stretch start together.

A stretch is what stands between two ops with host effects, which nothing crosses; a host function that is
declared unable to fail ends none. Inside it the dependence graph is cut into generations: an op's generation is
the number of calls that must have answered before it, and the calls of one generation run at once. What can
fail comes before all calls that stand behind it (speculative ones apart), and after the effects before it.
A host function that needs none of the last calls before it runs beside them, if they can't fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...ir.ops import Effect, Host, Op, Prefetch, Release, Value
from ...ir.structure import results
from .facts import ModuleFacts

Bundle = tuple[Op, ...]
"""Ops that run at once; most bundles are one op."""


def in_order(ops: Iterable[Op]) -> Iterator[Bundle]:
    """Every op by itself, as written (-O0)."""
    return ((op,) for op in ops)


def schedule(ops: tuple[Op, ...], facts: ModuleFacts) -> Iterator[Bundle]:
    """The bundles of a block, in the order in which they start."""
    stretch: list[Op] = []
    for op in ops:
        if facts.effects(op) & Effect.HOST and not _is_total(op):
            yield from _beside_last_calls(op, list(_stretch(stretch, facts)), facts)
            stretch = []
        else:
            stretch.append(op)
    yield from _stretch(stretch, facts)


def _beside_last_calls(op: Op, bundles: list[Bundle], facts: ModuleFacts) -> list[Bundle]:
    """A stretch and the op with host effects that ends it, which joins the last calls where it can."""
    last = max((i for i, b in enumerate(bundles) if _is_call(b[0], facts)), default=None)
    if last is None or not isinstance(op, Host):
        return [*bundles, (op,)]
    beside = [each for bundle in bundles[last:] for each in bundle]
    made = {value for each in beside for value in results(each)}
    if facts.reads(op) & made or any(map(facts.may_fail, beside)):
        return [*bundles, (op,)]
    return [*bundles[:last], (*bundles[last], op), *bundles[last + 1 :]]


def dependences(ops: Sequence[Op], facts: ModuleFacts) -> list[list[int]]:
    """Which ops before it each op needs: operands, what must not fail before it, the place of hints among calls."""
    needs: list[list[int]] = []
    made: dict[Value, int] = {}
    last_hint = last_guard = last_effect = None
    calls: list[int] = []
    for at, op in enumerate(ops):
        own: list[int | None] = [made[v] for v in facts.reads(op) if v in made]
        if not getattr(op, "speculative", False):
            is_guard = facts.may_fail(op)
            own += [last_guard] if is_guard or _is_sent(op, facts) else []
            last_guard = at if is_guard else last_guard
            own += [last_effect] if is_guard or _is_total(op) else []
        last_effect = at if _is_total(op) else last_effect
        if isinstance(op, Release):
            own += calls
            calls = [at]  # what comes after it comes after those, too
        if _is_call(op, facts):
            own.append(last_hint)
            calls.append(at)
        if isinstance(op, Prefetch):
            last_hint = at
        made.update((v, at) for v in results(op))
        needs.append([n for n in own if n is not None])
    return needs


def _is_total(op: Op) -> bool:
    """Whether an op has effects of the host that can't fail."""
    return isinstance(op, Host) and op.total


def _is_call(op: Op, facts: ModuleFacts) -> bool:
    return isinstance(op, Host) or bool(facts.effects(op) & Effect.MODEL)


def _is_sent(op: Op, facts: ModuleFacts) -> bool:
    """Whether something is sent when the op starts."""
    return isinstance(op, Prefetch) or _is_call(op, facts)


def _stretch(ops: list[Op], facts: ModuleFacts) -> Iterator[Bundle]:
    calls = [_is_call(op, facts) for op in ops]
    generation: list[int] = []
    members: dict[int, list[int]] = {}
    for at, needs in enumerate(dependences(ops, facts)):
        generation.append(max((generation[n] + calls[n] for n in needs), default=0))
        members.setdefault(generation[at], []).append(at)
    for number in sorted(members):
        yield from ((ops[at],) for at in members[number] if not calls[at])
        together = tuple(ops[at] for at in members[number] if calls[at])
        if together:
            yield together
