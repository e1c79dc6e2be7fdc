"""Calls of the model in direct mode: which of the calls of the program one is, its request, and what it binds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ...ir.sampling import Constraint
from ...lang.python.surface import GenMark, SelectMark
from ...runtime.executor.streaming import Delta
from ...runtime.plan.errors import RunError
from ...runtime.plan.schema import GenStep, InsertStep, Lit, Ref, SelectStep, SourceSpan
from ...runtime.trace.records import CallRecord, Record, Sink
from .live_prompt import PROMPT, VALUE, LivePrompt
from .session import NODE
from .variables import Variable

_AGAIN = 1_000_000
"""From here on an index says how often a site was called before; below it, which arm calls."""


async def gen(
    prompt: LivePrompt,
    mark: GenMark,
    site: str,
    span: SourceSpan | None,
    variable: Variable | None,
) -> None:
    """A `gen`, as one call."""
    name, session = mark.name or "", prompt.session
    site, indices = which(prompt, site)
    sampling = told(prompt, {**session.defaults, **mark.given}, span)
    family = session.family(
        "gen", name, site, span, sampling=listed(sampling), constraint=triple(mark.constraint)
    )
    samples = sampling.get("n") is not None
    after = None if samples else PROMPT
    step = GenStep(family.id, Ref(PROMPT), VALUE, after, None, indices)
    await ask(prompt, step, name, variable)
    if samples:  # the first of several goes on
        first = Lit(prompt.frame.registers[VALUE][0])
        await prompt.execute(InsertStep(PROMPT, Ref(PROMPT), first, NODE), span)


def told(prompt: LivePrompt, sampling: dict[str, Any], span: SourceSpan | None) -> dict[str, Any]:
    """The parameters of a call, with what ends reasoning. Raises RunError (SGL2204)."""
    template = prompt.session.run.target.template
    told = sampling.get("thinking")
    if not told or template is None:
        return sampling
    prompt.session.render_whole()
    if told == "off":
        return sampling
    if not template.thinking.is_known:
        headline = "nothing is known of how the model writes its reasoning"
        raise RunError("SGL2204", headline, span=span)
    return {**sampling, "stop": template.thinking.stops}


async def select(
    prompt: LivePrompt,
    mark: SelectMark,
    site: str,
    span: SourceSpan | None,
    variable: Variable | None,
) -> None:
    """A `select`, as one call."""
    name = mark.name or ""
    site, indices = which(prompt, site)
    family = prompt.session.family("select", name, site, span, method=mark.method)
    choices = Lit(list(mark.choices))
    step = SelectStep(family.id, Ref(PROMPT), choices, VALUE, PROMPT, indices)
    await ask(prompt, step, name, variable)


def which(prompt: LivePrompt, site: str) -> tuple[str, list[Any]]:
    """Which of the calls of a site it is: the site, and the arm and how often the call was reached there before.

    Where a plan tells calls apart in the same way they sample alike in both modes: in loops, behind branches, in
    helpers, in arms and loops in them, in arms that are forked in a loop, and where a call is appended twice. Arms
    are taken to be gone through by a loop, if there is one.
    """
    session, arm = prompt.session, prompt.arm
    pairs = list(zip(arm[::2], arm[1::2], strict=True))
    around = len(pairs) + sum(fork > 0 for fork, _ in pairs)
    before, loops = session.occurrence(site, arm), session.loops(site) - around
    arms = [Lit(each) for fork, arm in pairs for each in _arm(fork, arm)]
    if loops > 0:
        return site, [*arms, Lit(before), *(Lit(0) for _ in range(loops - 1))]
    if before and not session.loops(site):
        return f"{site}#{before + 1}", arms
    return site, [*arms, *([Lit(_AGAIN + before)] if before else [])]


def _arm(fork: int, arm: int) -> tuple[int, ...]:
    """What tells an arm apart: its number, behind that of its fork where the same place forks again."""
    return (arm,) if fork == 0 else (fork - 1 if fork > 0 else fork, arm)


async def ask(
    prompt: LivePrompt, step: GenStep | SelectStep, name: str, variable: Variable | None
) -> None:
    """Ask; `variable` has the answer, and the record of the call also where it failed."""
    if prompt.group is not None:
        await prompt.group.send(prompt.place.prompt, prompt.frame)
    catch = _Catch(prompt.session.run.sink)
    run = replace(prompt.session.run, sink=catch, listener=_listener(prompt, name))
    try:
        await prompt.execute(step, None, run)
    finally:
        if variable is not None:
            variable.call = catch.call
    if variable is not None:
        variable.value.set_result(prompt.frame.registers[VALUE])
    if not prompt.session.is_streaming and catch.call:
        prompt.stream.write(catch.call.texts[0], name, call=catch.call)
    prompt.stream.end(name, call=catch.call)


def _listener(prompt: LivePrompt, name: str) -> Callable[[Delta], None] | None:
    if not prompt.session.is_streaming:
        return None

    def listen(delta: Delta) -> None:
        if delta.sample == 0 and delta.text:
            prompt.stream.write(delta.text, name, call=delta.call)

    return listen


class _Catch:
    """A sink that remembers the last call that went through it."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.call: CallRecord | None = None

    def add(self, record: Record) -> None:
        if isinstance(record, CallRecord):
            self.call = record
        self._sink.add(record)


def listed(sampling: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as a plan has them."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in sampling.items()}


def triple(constraint: Constraint | None) -> tuple[str, str, str] | None:
    """A constraint as a plan has it."""
    return (constraint.kind, constraint.text, constraint.style) if constraint else None
