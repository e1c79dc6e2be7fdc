"""The steps of a plan that ask a model: they evaluate parameters, await the call, and bind what came back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ....ir.sampling import Constraint, Sampling
from ...backend import BackendError, PrefillRequest, Usage, work_of
from ...plan.errors import RunError
from ...plan.parameters import sampling_of, split_dynamic
from ...plan.schema import Family, GenStep, PrefetchStep, SelectStep, SourceSpan
from ..instance import Frame, Run
from ..prompts import PromptState
from ..retention import tell_claims
from .answers import value_of
from .called import is_apart, keep, place_of, waiting_for
from .drafts import Draft
from .modelcall import CANCELLED, ModelCall, as_run_error


async def run_gen(run: Run, frame: Frame, step: GenStep) -> None:
    """Ask for one continuation, or for n samples; bind the values, and the prompts that are wanted."""
    family = run.families[step.family]
    with _located(family.span):
        dynamic = [(name, frame.value(expr)) for name, expr in step.dynamic]
        changes, constraint = split_dynamic(dynamic, _constraint_of(family))
        sampling = sampling_of({**family.sampling, **changes})
        if sampling.thinking == "on" and run.backend.capabilities.chat:
            await think_and_answer(run, frame, step, sampling)
            return
        call = ModelCall(run, frame, family, step)
        place = place_of(frame, family, call.indices)
        apart = constraint if is_apart(run, constraint) else None
        ready = frame.prompt(step.prompt).answer
        if apart is not None:
            ready = waiting_for(frame, place, apart)
        if ready is None:
            reply = await call.generate(sampling, constraint)
        else:
            reply = call.given(sampling, constraint, ready)
        if apart is not None and ready is None:
            keep(run, frame, place, reply.completions[0], apart)
        values = [value_of(done, constraint, sampling) for done in reply.completions]
        frame.registers[step.out_value] = values[0] if sampling.n is None else values
        if step.out_prompt is not None:
            frame.registers[step.out_prompt] = call.after_gen(reply, 0)
        if step.out_samples is not None:
            ends = [call.after_gen(reply, sample) for sample in range(len(values))]
            frame.registers[step.out_samples] = ends


async def think_and_answer(run: Run, frame: Frame, step: GenStep, sampling: Sampling) -> None:
    """Ask a chat for reasoning: it gives the answer with it, which waits in the prompt for the step that asks for it.

    Raises RunError (SGL3104) where it is not known yet what that step will ask.
    """
    following = run.answers.get(step.family)
    if following is None:
        message = (
            f"`{run.backend.name}` answers as it thinks, and what is answered is not known yet"
        )
        raise RunError("SGL3104", message, "a program that compiles says it beforehand")
    family = run.families[following.family]
    dynamic = [(name, frame.value(expr)) for name, expr in following.dynamic]
    changes, constraint = split_dynamic(dynamic, _constraint_of(family))
    call = ModelCall(run, frame, run.families[step.family], step)
    asked = sampling_of({**family.sampling, **changes})
    reply, answer = await call.think(sampling, asked, constraint)
    frame.registers[step.out_value] = reply.completions[0].text
    if step.out_prompt is not None:
        after = call.after_gen(reply, 0)
        frame.registers[step.out_prompt] = replace(after, answer=answer)


async def run_select(run: Run, frame: Frame, step: SelectStep) -> None:
    """Score the choices, take the best, and append it."""
    family = run.families[step.family]
    with _located(family.span):
        choices = _choices(frame.value(step.choices))
        call = ModelCall(run, frame, family, step)
        index, after = await call.select(choices)
        frame.registers[step.out_value] = choices[index]
        frame.registers[step.out_prompt] = after


async def run_prefetch(run: Run, frame: Frame, step: PrefetchStep) -> None:
    """Start warming a prompt, all but its last position; nobody waits for it.

    It is sent before anything that comes after it, so that what follows finds it. A speculative one is sent only
    while there is room for calls, and given up when the program ends.
    """
    if not run.backend.capabilities.prefill or (step.speculative and run.limit.is_full):
        return
    state = frame.prompt(step.prompt)
    bare = step.node < 0 or step.node in run.bare
    coming = prefill(run, frame, state, leave_last=bare, speculative=step.speculative)
    under_way = frame.guesses if step.speculative else frame.tasks
    under_way.append(asyncio.ensure_future(coming))
    await asyncio.sleep(0)


async def prefill(
    run: Run,
    frame: Frame,
    state: PromptState,
    *,
    leave_last: bool,
    speculative: bool = False,
    group: int | None = None,
) -> None:
    """Warm what is settled of a prompt. A failure is recorded and otherwise ignored: it is a hint.

    `leave_last`: a call may ask about exactly this prompt, and computes the last position itself.
    """
    if run.plan.target.whole_render and state.messages:
        return  # what a conversation will be asked as is not known before a call asks
    ids = state.tokens.settled
    if leave_last and not state.tokens.tail:
        ids = ids[:-1]
    if not ids or (state.mark is not None and state.mark.covers(ids)):
        return
    draft = Draft(run, frame.scope, "prefill", ids, state.mark.node if state.mark else -1)
    draft.note(speculative=speculative, group=group)
    if state.mark is not None and not speculative:
        state.mark.ask(ids)
    usage, failed = Usage(), None
    try:
        await run.room.come(frame.scope.guest, ids, 0)
        await run.warming.over(ids)
        with run.warming.of(ids):
            usage = await run.backend.prefill(PrefillRequest(ids, speculative))
        tell_claims(run, state)
    except BackendError as error:
        failed = as_run_error(error)
    except asyncio.CancelledError as cancelled:
        usage, failed = work_of(cancelled), CANCELLED
        raise
    finally:
        draft.write(usage, failed)


def _choices(found: Any) -> list[str]:
    if not isinstance(found, list) or not found or not all(isinstance(c, str) and c for c in found):
        raise RunError("SGL3205", "a select needs a list of texts, none of them empty")
    return found


def _constraint_of(family: Family) -> Constraint | None:
    return Constraint(*family.constraint) if family.constraint else None  # type: ignore[arg-type]


@contextmanager
def _located(span: SourceSpan | None) -> Iterator[None]:
    """Errors inside are placed at `span` unless they know better."""
    try:
        yield
    except RunError as error:
        error.located(span)
        raise
