"""Hints about prompts: from the steps `retain` and `release` of a plan to what a backend is told.

A claim is told when what it is about has been computed: a cache can't keep what it does not have. Every claim
ends with its row, whatever became of that.
"""

from __future__ import annotations

import itertools

from ..backend import Release, Retain
from ..plan.schema import Expr, Ref, ReleaseStep, RetainStep
from .instance import Frame, Run, Scope
from .prompts import Claim, PromptState

_NUMBERS = itertools.count(1)
NOBODY = 0
"""The claim of a release whose prompt nobody retained."""


def retain(run: Run, frame: Frame, step: RetainStep) -> None:
    """Claim a prompt: at once if an engine has it, else after the first request that goes through it."""
    if not run.backend.capabilities.retention:
        return
    state = frame.prompt(step.prompt)
    claim = Claim(next(_NUMBERS), state.tokens.settled, step.next_use, step.pin)
    if not step.pin:
        frame.scope.claims[claim.number] = claim
    state = state.with_claim(claim)
    _rebind(frame, step.prompt, state)
    mark = state.mark
    if mark is not None and (mark.fed or mark.covers(claim.ids)):
        tell_claims(run, state)


def release(run: Run, frame: Frame, step: ReleaseStep) -> None:
    """End the claim on a prompt; its own text, and all that went on from it, may go first."""
    if not run.backend.capabilities.retention:
        return
    state = frame.prompt(step.prompt)
    number = NOBODY
    if state.claim is not None:
        number = state.claim.number
        state.claim.is_over = True
        frame.scope.claims.pop(number, None)
    _rebind(frame, step.prompt, state.with_claim(None))
    run.backend.hint(Release(state.tokens.settled, number, state.base))


def tell_claims(run: Run, state: PromptState, said: tuple[int, ...] = ()) -> None:
    """A request on this prompt is done: what it was computed of can be kept.

    `said`: the prompt as it was asked, with its only answer, which belongs to a claim on exactly this prompt.
    """
    for claim in state.still_untold():
        claim.is_told = True
        if said and claim is state.claim:
            claim.ids = said
        run.backend.hint(Retain(claim.ids, claim.number, claim.next_use, claim.pin))


def end_claims(run: Run, scope: Scope) -> None:
    """The row has ended: what it claimed and did not release is nobody's."""
    for claim in scope.claims.values():
        claim.is_over = True
        if claim.is_told:
            run.backend.hint(Release(claim.ids, claim.number))
    scope.claims.clear()


def _rebind(frame: Frame, prompt: Expr, state: PromptState) -> None:
    if isinstance(prompt, Ref):
        frame.registers[prompt.register] = state
