"""Prompts whose chat template does not compose: each call renders the whole conversation (PFX502).

Elsewhere a prompt's ids are those it has settled. Here the turns are handed to the template anew for every
call, and values stay values: control tokens count only in what the program and the template wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....ir.target import ChatTemplate, Part
from ...plan.errors import RunError
from ..instance import Run
from ..prompts import Message, Piece, PromptState, outside_turns, read_messages

_FENCE = "Qz%dValueQz"
"""Stands for a value while the template runs: letters, so that no template escapes or trims it."""


def asked_ids(run: Run, state: PromptState) -> tuple[int, ...]:
    """The ids that a call on this prompt is asked with."""
    tokenizer, template = run.target.tokenizer, run.target.template
    if not run.plan.target.whole_render or template is None or not state.messages:
        return state.ids(tokenizer)
    return tokenizer.encode(rendered_parts(template, state, tuple(tokenizer.special)))


def asked_text(run: Run, state: PromptState) -> str:
    """The text that a call on this prompt is asked with, for backends that take no token ids."""
    return shown_text(run.plan.target.whole_render, run.target.template, state)


def rendered_parts(
    template: ChatTemplate, state: PromptState, control: Sequence[str] = ()
) -> list[Part]:
    """The conversation as the template renders it, cut into literals and values.

    Raises RunError (SGL3206) when a value holds control text and the template changed it, so that it can't be
    told from the template's own.
    """
    text = render_pieces(template, state.pieces, state.tools)
    values, fenced = _fence(state.pieces)
    parts = _unfence(render_pieces(template, fenced, state.tools), values)
    if "".join(part.text for part in parts) == text:
        return parts
    if any(token in value for token in control for value in values):
        raise RunError(
            "SGL3206",
            "a value holds control tokens, and the chat template changes it",
            "a template that composes, or a value without control tokens, can be used",
        )
    return [Part(text, True)]


def shown_text(whole_render: bool, template: ChatTemplate | None, state: PromptState) -> str:
    """The whole prompt as text, as a call on it would be asked with."""
    if not whole_render or template is None or not state.messages:
        return state.text
    return render_pieces(template, state.pieces, state.tools)


def render_pieces(template: ChatTemplate, pieces: tuple[Piece, ...], tools: Any) -> str:
    """A conversation as the template renders it, with what stands between turns where it stands.

    Raises RunError (SGL3206) where the template writes the turns before such a text otherwise than those alone.
    """
    messages = tuple(read_messages(pieces))
    text = render_messages(template, messages, tools)
    turns = [{"role": message.role, "content": message.content} for message in messages]
    for ended, outside in reversed(outside_turns(pieces)):
        head = template.render(turns[:ended], tools=tools) if ended else ""
        if not text.startswith(head):
            raise RunError(
                "SGL3206",
                "the chat template has no place for the text that stands between turns",
                "text inside a turn can be rendered",
            )
        text = head + outside + text[len(head) :]
    return text


def render_messages(template: ChatTemplate, messages: Sequence[Message], tools: Any) -> str:
    """What a call is asked with: an open turn is continued, an empty one of the assistant generated."""
    turns = [{"role": message.role, "content": message.content} for message in messages]
    last = messages[-1]
    if not last.open:
        return template.render(turns, tools=tools)
    if last.role == "assistant" and not last.content:
        return template.render(turns[:-1], add_generation_prompt=True, tools=tools)
    return template.render(turns, continue_final_message=True, tools=tools)


def _fence(pieces: Sequence[Piece]) -> tuple[list[str], tuple[Piece, ...]]:
    """The values of a prompt, and its pieces with a fence in the place of each."""
    values: list[str] = []
    fenced: list[Piece] = []
    for piece in pieces:
        text = piece.text
        if text and not piece.literal:
            text = _FENCE % len(values)
            values.append(piece.text)
        fenced.append(Piece(text, piece.marks, piece.literal))
    return values, tuple(fenced)


def _unfence(text: str, values: Sequence[str]) -> list[Part]:
    parts: list[Part] = []
    for number, value in enumerate(values):
        before, found, text = text.partition(_FENCE % number)
        if not found:
            return [*parts, Part(before, True)]
        parts += [Part(before, True), Part(value, False)]
    return [*parts, Part(text, True)]
