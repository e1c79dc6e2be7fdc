"""What a call on a conversation is asked with where its turns are not text yet, or where the plan's text does not hold.

There the turns are handed to the template for each call. Elsewhere a prompt's ids are those it has settled.
"""

from __future__ import annotations

from collections.abc import Sequence

from ....ir.target import ChatTemplate, TemplateError
from ....ir.target.conversation import Changed, Chunk, prompt_of, render, written
from ...plan.errors import RunError
from ...plan.schema import Family
from ..instance import Run
from ..prompts import PromptState, conversation


def thinking_of(family: Family) -> str:
    """What a family's calls tell the template about thinking."""
    return str(family.sampling.get("thinking", ""))


def rendered_ids(run: Run, state: PromptState, thinking: str = "") -> tuple[int, ...]:
    """The ids of the conversation as the template renders it. Raises RunError (SGL3206, SGL3208)."""
    tokenizer, template = run.target.tokenizer, run.target.template
    if template is None or not state.messages:
        return state.ids(tokenizer)
    return prompt_of(tokenizer, _chunks(run, template, state, thinking)).ids(tokenizer)


def rendered_text(run: Run, state: PromptState, thinking: str = "") -> str:
    """The same as text, for backends that take no token ids. Raises RunError (SGL3206, SGL3208)."""
    template = run.target.template
    if template is None or not state.messages:
        return state.text
    return "".join(chunk.text for chunk in _chunks(run, template, state, thinking))


def shown_text(whole_render: bool, template: ChatTemplate | None, state: PromptState) -> str:
    """The whole prompt as text, as a call on it would be asked with. Raises RunError (SGL3208)."""
    if not whole_render or template is None or not state.messages:
        return state.text
    try:
        return render(template, conversation(state.pieces), state.tools)
    except TemplateError as error:
        raise _refused(error) from error


def rendered_chunks(
    template: ChatTemplate, state: PromptState, control: Sequence[str] = (), thinking: str = ""
) -> list[Chunk]:
    """The conversation as the template renders it.

    Raises RunError (SGL3206) when a value holds control text and the template changed it, so that it can't be
    told from the template's own.
    """
    messages = conversation(state.pieces)
    try:
        return written(template, messages, state.tools, thinking)
    except Changed as changed:
        values = [c.text for message in messages for c in message.chunks if not c.literal]
        if any(token in value for token in control for value in values):
            raise RunError(
                "SGL3206",
                "a value holds control tokens, and the chat template changes it",
                "a template that composes, or a value without control tokens, can be used",
            ) from None
        return [Chunk(changed.text, True)]


def _chunks(run: Run, template: ChatTemplate, state: PromptState, thinking: str) -> list[Chunk]:
    try:
        return rendered_chunks(template, state, tuple(run.target.tokenizer.special), thinking)
    except TemplateError as error:
        raise _refused(error) from error


def _refused(error: TemplateError) -> RunError:
    return RunError("SGL3208", f"the chat template refuses this conversation: {error}")
