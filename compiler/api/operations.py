"""What is appended in direct mode, as work on a prompt: text, turns, images, and calls that bind a variable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from ...ir.ops import Role
from ...ir.sampling import Constraint
from ...lang.python.surface import Appendable, EdgeMark, GenMark, ImageMark, Joined, SelectMark
from ...runtime.executor.prompts import PromptState
from ...runtime.executor.streaming import Delta
from ...runtime.plan.errors import RunError
from ...runtime.plan.schema import (
    GenStep,
    ImageStep,
    InsertStep,
    Lit,
    MarkSpan,
    Ref,
    SelectStep,
    SourceSpan,
    Step,
    TextStep,
    TurnStep,
)
from ...runtime.trace.records import CallRecord, Record, Sink
from .live_prompt import PROMPT, VALUE, LivePrompt
from .session import NODE
from .variables import Variable

Work = Callable[[], Awaitable[None]]
"""Something that is done on the loop when its turn comes."""


def flatten(what: Any) -> list[Appendable | str]:
    """The single things that an appended value consists of. Raises TypeError."""
    if isinstance(what, Joined):
        return [each for item in what.items for each in flatten(item)]
    if isinstance(what, str | Appendable):
        return [what]
    if isinstance(what, list | tuple):
        return [each for item in what for each in flatten(item)]
    raise TypeError(
        f"`s +=` takes text and what sglc's functions make, not a {type(what).__name__}"
    )


def work_of(
    prompt: LivePrompt,
    item: Appendable | str,
    span: SourceSpan | None,
    variable: Variable | None,
) -> Work:
    """The work of appending one thing; a call binds `variable`. Raises TypeError."""
    match item:
        case str():
            return lambda: _text(prompt, item, span)
        case EdgeMark(role, edge):
            return lambda: _edge(prompt, role, edge, span)
        case GenMark(place=place):
            site = prompt.session.site(place) + (".thinking" if item.thinks else "")
            return lambda: _gen(prompt, item, site, span, variable)
        case SelectMark(place=place):
            site = prompt.session.site(place)
            return lambda: _select(prompt, item, site, span, variable)
        case ImageMark(source):
            step = ImageStep(PROMPT, Ref(PROMPT), Lit(str(source)), NODE)
            return lambda: prompt.execute(step, span)
        case _:
            raise TypeError(f"`s +=` does not take a {type(item).__name__}")


_AGAIN = 1_000_000
"""From here on an index says how often a site was called before; below it, which arm calls."""


async def _text(prompt: LivePrompt, text: str, span: SourceSpan | None) -> None:
    literal = text in prompt.session.literals
    await prompt.execute(TextStep(PROMPT, Ref(PROMPT), text, NODE, plain=not literal), span)
    prompt.stream.write(text)


async def _edge(prompt: LivePrompt, role: Role, edge: str, span: SourceSpan | None) -> None:
    place, begins = prompt.place, edge == "begin"
    _check_edge(prompt, role, begins, span)
    if role == "thinking":
        prompt.session.render_whole()
    text = None if role == "thinking" else prompt.session.turns.text(place.before, role, begins)
    await prompt.execute(_edge_step(role, begins, text), span, turns=True)
    outer: Role | None = "assistant" if role == "thinking" else None
    opened, before = (role, place.before) if begins else (outer, role)
    prompt.place = replace(prompt.place, open=opened, before=before)
    prompt.stream.write(text or "")


async def append_pieces(
    prompt: LivePrompt, start: PromptState | None, end: PromptState | None
) -> None:
    """Append the pieces of another prompt between two places of it."""
    known = len(start.pieces) if start else 0
    for piece in end.pieces[known:] if end else ():
        step = TextStep(
            PROMPT, Ref(PROMPT), piece.text, NODE, marks=list(piece.marks), plain=not piece.literal
        )
        await prompt.execute(step, None)
        prompt.stream.write(piece.text)


def _check_edge(prompt: LivePrompt, role: Role, begins: bool, span: SourceSpan | None) -> None:
    open_turn = prompt.place.open
    outer = "assistant" if role == "thinking" else None
    if begins and outer and open_turn != outer:
        headline = "a model thinks in a turn of its own: `assistant(gen(...))`"
        raise RunError("SGL0591", headline, span=span)
    if begins and open_turn != outer:
        raise RunError("SGL0591", f"a {role} turn inside a {open_turn} turn", span=span)
    if not begins and open_turn != role:
        raise RunError("SGL0591", f"the end of a {role} turn that is not open", span=span)
    if prompt.session.turns.is_missing:
        raise RunError(
            "SGL2202", "the model has no chat template, so turns can't be written", span=span
        )


def _edge_step(role: Role, begins: bool, text: str | None) -> Step:
    """The turn's own text where the template composes; otherwise a mark, and calls render the whole."""
    if text is None:
        return TurnStep(PROMPT, Ref(PROMPT), role, "begin" if begins else "end", NODE)
    mark = MarkSpan(0, len(text), role, "begin" if begins else "end")
    return TextStep(PROMPT, Ref(PROMPT), text, NODE, marks=[mark])


async def _gen(
    prompt: LivePrompt,
    mark: GenMark,
    site: str,
    span: SourceSpan | None,
    variable: Variable | None,
) -> None:
    name, session = mark.name or "", prompt.session
    site, indices = _which(prompt, site)
    sampling = _told(prompt, {**session.defaults, **mark.given}, span)
    family = session.family(
        "gen", name, site, span, sampling=_listed(sampling), constraint=_triple(mark.constraint)
    )
    samples = sampling.get("n") is not None
    after = None if samples else PROMPT
    step = GenStep(family.id, Ref(PROMPT), VALUE, after, None, indices)
    await _ask(prompt, step, name, variable)
    if samples:  # the first of several goes on
        first = Lit(prompt.frame.registers[VALUE][0])
        await prompt.execute(InsertStep(PROMPT, Ref(PROMPT), first, NODE), span)


def _told(prompt: LivePrompt, sampling: dict[str, Any], span: SourceSpan | None) -> dict[str, Any]:
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


async def _select(
    prompt: LivePrompt,
    mark: SelectMark,
    site: str,
    span: SourceSpan | None,
    variable: Variable | None,
) -> None:
    name = mark.name or ""
    site, indices = _which(prompt, site)
    family = prompt.session.family("select", name, site, span, method=mark.method)
    choices = Lit(list(mark.choices))
    step = SelectStep(family.id, Ref(PROMPT), choices, VALUE, PROMPT, indices)
    await _ask(prompt, step, name, variable)


def _which(prompt: LivePrompt, site: str) -> tuple[str, list[Any]]:
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


async def _ask(
    prompt: LivePrompt, step: GenStep | SelectStep, name: str, variable: Variable | None
) -> None:
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


def _listed(sampling: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in sampling.items()}


def _triple(constraint: Constraint | None) -> tuple[str, str, str] | None:
    return (constraint.kind, constraint.text, constraint.style) if constraint else None
