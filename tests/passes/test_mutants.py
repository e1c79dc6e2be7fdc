"""Passes that are broken on purpose: translation validation must catch each within 300 programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from unittest.mock import patch

import pytest
from targets import Setting
from translation import campaign

from sglc.ir.ops import Effect, Gen, Op
from sglc.ir.structure import effects, results
from sglc.ir.target import Target
from sglc.passes import (
    eliminate_dead,
    fold_constants,
    fuse_forks,
    inline,
    insert_prefetch,
    merge_calls,
)
from sglc.passes.analysis import certainty, shared_heads
from sglc.passes.analysis.texts import common_head
from sglc.passes.eliminate_dead import EliminateDead
from sglc.passes.fold_constants import FoldConstants
from sglc.passes.fuse_forks import FuseForks
from sglc.passes.hoist_prefix import HoistPrefix
from sglc.passes.inline import Inline
from sglc.passes.insert_prefetch import InsertPrefetch
from sglc.passes.merge_calls import MergeCalls
from sglc.passes.move_code import MoveCode
from sglc.passes.rewriting import calls_early
from sglc.passes.running.context import Pass

LIMIT = 700
CHUNK = 20
PLAIN = (Setting(Target.estimating()),)


def cuts_one_too_far() -> AbstractContextManager[object]:
    """`hoist-prefix` moves one character more than the arms share."""

    def greedy(texts, tokenizer):
        return min(common_head(texts, tokenizer) + 1, min(len(text.text) for text in texts))

    return patch.object(shared_heads, "common_head", greedy)


def merges_what_draws() -> AbstractContextManager[object]:
    """`merge-calls` takes one sample for two."""
    mergeable = Effect.APPENDS | Effect.MODEL | Effect.SAMPLED
    return patch.object(merge_calls, "_MERGEABLE", mergeable)


def drops_what_is_done_outside() -> AbstractContextManager[object]:
    """`eliminate-dead` drops a host call whose result nobody reads."""
    return patch.object(eliminate_dead, "effects", lambda op: effects(op) & ~Effect.HOST)


def looks_at_the_value_only() -> AbstractContextManager[object]:
    """`eliminate-dead` drops a call whose prompt is used."""

    def seen(op: Op):
        return (op.value,) if isinstance(op, Gen) else results(op)

    return patch.object(eliminate_dead, "results", seen)


@contextmanager
def joins_what_is_shared() -> Iterator[None]:
    """`fold-constants` joins a text that another prompt goes on from as well."""
    with patch.object(fold_constants._Joiner, "_joins", lambda self, first, op: True):
        yield


def forgets_where_a_fragment_is_used() -> AbstractContextManager[object]:
    """`inline` gives all uses of a fragment the sites of the fragment."""
    return patch.object(inline, "_place", lambda op, site, indices: op)


def takes_the_last_branch() -> AbstractContextManager[object]:
    """`fold-constants` reads a constant condition the wrong way round."""
    return patch.object(fold_constants, "truth", lambda value: not value)


def merges_arms_that_draw() -> AbstractContextManager[object]:
    """`fuse-forks` leaves one of two arms that look alike, though each draws for itself."""
    return patch.object(fuse_forks, "_is_repeatable", lambda body: True)


def starts_what_is_not_ready() -> AbstractContextManager[object]:
    """`move-code` moves a call before the host function whose result it is asked about."""
    return patch.object(calls_early, "needed", lambda op: set())


def warms_what_nobody_asks() -> AbstractContextManager[object]:
    """`insert-prefetch` takes every prompt for certain."""
    return patch.object(insert_prefetch, "is_certain", lambda prompt, ops: True)


def renames_a_lifted_call() -> AbstractContextManager[object]:
    """`merge-calls` gives the calls of all rounds the index of the first, and their seed with it."""

    def renamed(op, index):
        if not isinstance(op, Gen) or index not in op.indices:
            return op
        return replace(op, indices=tuple(merge_calls._FIRST for _ in op.indices))

    stack = ExitStack()
    stack.enter_context(patch.object(merge_calls, "_renamed", renamed))
    stack.enter_context(
        patch.object(merge_calls, "_MERGEABLE", Effect.APPENDS | Effect.MODEL | Effect.SAMPLED)
    )
    return stack


def forgets_the_guard() -> AbstractContextManager[object]:
    """`move-code` starts a call before what may stop the program, and does not say so."""
    return patch.object(calls_early, "speculative", lambda op: op)


def warms_before_a_guard() -> AbstractContextManager[object]:
    """`insert-prefetch` takes for certain what a host function may stop."""
    return patch.object(certainty, "may_fail", lambda op: False)


def fuses_behind_a_guard() -> AbstractContextManager[object]:
    """`fuse-forks` takes every first fork for one that comes to its end."""
    return patch.object(fuse_forks, "cannot_fail", lambda op: True)


def moves_calls_over_a_guard() -> AbstractContextManager[object]:
    """`merge-calls` moves a call that all arms make above what may end them before it."""
    return patch.object(merge_calls, "may_fail", lambda op: False)


def merges_arms_that_call_the_host() -> AbstractContextManager[object]:
    """`fuse-forks` leaves one of two arms that do the same outside."""
    return patch.object(
        fuse_forks,
        "_is_repeatable",
        lambda body: not any(effects(op) & Effect.SAMPLED for op in body.ops),
    )


MUTANTS = {
    cuts_one_too_far: HoistPrefix(),
    merges_what_draws: MergeCalls(),
    drops_what_is_done_outside: EliminateDead(),
    forgets_where_a_fragment_is_used: Inline(),
    takes_the_last_branch: FoldConstants(),
    merges_arms_that_draw: FuseForks(),
    warms_what_nobody_asks: InsertPrefetch(min_tokens=1),
    renames_a_lifted_call: MergeCalls(),
    forgets_the_guard: MoveCode(),
    warms_before_a_guard: InsertPrefetch(min_tokens=1),
    fuses_behind_a_guard: FuseForks(),
    moves_calls_over_a_guard: MergeCalls(),
    merges_arms_that_call_the_host: FuseForks(),
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_broken_pass_is_caught(mutant, tmp_path, monkeypatch: pytest.MonkeyPatch):
    """By what its programs mean: that the verifier refuses some of them does not count."""
    monkeypatch.chdir(tmp_path)  # what it crashes on is written here

    with mutant():
        assert any(_first_caught(MUTANTS[mutant], level) is not None for level in (2, 1))


REFUSED = {
    looks_at_the_value_only: EliminateDead(),
    joins_what_is_shared: FoldConstants(),
    starts_what_is_not_ready: MoveCode(),
}
"""What these write is no program: the verifier sees it before anything is run."""


@pytest.mark.parametrize("mutant", REFUSED, ids=lambda mutant: mutant.__name__)
def test_a_pass_that_writes_no_program_is_refused(mutant, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with mutant():
        found = [
            campaign(range(first, first + CHUNK), PLAIN, [REFUSED[mutant]], level=2)
            for first in range(0, 100, CHUNK)
        ]
    assert sum(len(each.problems) for each in found) > 0
    assert [number for each in found for number in each.different] == []


def _first_caught(broken: Pass, level: int) -> int | None:
    for first in range(0, LIMIT, CHUNK):
        findings = campaign(range(first, first + CHUNK), PLAIN, [broken], level=level)
        if findings.different:
            return first
    return None


def test_the_unbroken_passes_are_not_caught():
    for step in {*MUTANTS.values(), *REFUSED.values()}:
        assert campaign(range(40), PLAIN, [step], level=2).problems == []
