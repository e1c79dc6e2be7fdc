"""What is appended in direct mode, as work on a prompt: text, turns, images, and calls that bind a variable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from ...ir.ops import Role
from ...lang.python.surface import Appendable, EdgeMark, GenMark, ImageMark, Joined, SelectMark
from ...runtime.executor.prompts import PromptState
from ...runtime.plan.errors import RunError
from ...runtime.plan.schema import (
    ImageStep,
    Lit,
    MarkSpan,
    Ref,
    SourceSpan,
    Step,
    TextStep,
    TurnStep,
)
from .asking import gen, select
from .live_prompt import PROMPT, LivePrompt
from .session import NODE
from .tool_calls import call_tool
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
            if item.tools:
                return lambda: call_tool(prompt, item, site, span, variable)
            return lambda: gen(prompt, item, site, span, variable)
        case SelectMark(place=place):
            site = prompt.session.site(place)
            return lambda: select(prompt, item, site, span, variable)
        case ImageMark(source):
            step = ImageStep(PROMPT, Ref(PROMPT), Lit(source), NODE)
            return lambda: prompt.execute(step, span)
        case _:
            raise TypeError(f"`s +=` does not take a {type(item).__name__}")


async def _text(prompt: LivePrompt, text: str, span: SourceSpan | None) -> None:
    literal = text in prompt.session.literals
    await prompt.execute(TextStep(PROMPT, Ref(PROMPT), text, NODE, plain=not literal), span)
    prompt.stream.write(text)


async def _edge(prompt: LivePrompt, role: Role, edge: str, span: SourceSpan | None) -> None:
    place, begins = prompt.place, edge == "begin"
    if not begins:
        prompt.place = replace(place, is_called=False)
    _check_edge(prompt, role, begins, span)
    if role == "thinking":
        prompt.session.render_whole()
    text = None if role == "thinking" else prompt.session.turns.text(place.before, role, begins)
    is_first = begins and place.open is None and place.before is None
    tools = prompt.session.tools if is_first else ()
    await prompt.execute(_edge_step(role, begins, text, tools), span, turns=True)
    outer: Role | None = "assistant" if role == "thinking" else None
    opened, before = (role, place.before) if begins else (outer, role)
    prompt.place = replace(prompt.place, open=opened, before=before, is_called=False)
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


def _edge_step(role: Role, begins: bool, text: str | None, tools: Sequence[Any]) -> Step:
    """The turn's own text where the template composes; otherwise a mark, and calls render the whole."""
    if text is None:
        edge, handed = ("begin" if begins else "end"), Lit(list(tools)) if tools else None
        return TurnStep(PROMPT, Ref(PROMPT), role, edge, NODE, handed)
    mark = MarkSpan(0, len(text), role, "begin" if begins else "end")
    return TextStep(PROMPT, Ref(PROMPT), text, NODE, marks=[mark])
