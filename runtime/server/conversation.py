"""A conversation as the ids of a prompt: the model's own template writes it, and contents never make control tokens.

Contents are put in after the template has run over stand-ins, so that a document can't open a turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...ir.target import ChatTemplate, Part, TemplateError
from ..backend import PromptText
from .model import ServedModel
from .refusal import Refusal, wrong

_FENCE = "Qz%dContentQz"
"""Stands for a content while the template runs: letters, so that no template escapes or trims it."""

Message = Mapping[str, Any]


def prompt_of(
    model: ServedModel,
    messages: Sequence[Message],
    tools: Sequence[Any] | None = None,
    continues: bool = False,
    thinking: str = "",
) -> tuple[tuple[int, ...], PromptText]:
    """The ids of a conversation that the assistant answers, and the same as text and turns.

    `continues`: the last message is not over, and is gone on with. `thinking`: `on` where reasoning is asked for,
    `off` where none is wanted. Raises Refusal.
    """
    template = model.target.template
    if template is None:
        raise Refusal(
            400,
            "no_chat_template",
            f"`{model.name}` has no chat template",
            "`/v1/completions` takes a prompt as text",
        )
    parts = _parts(model, template, messages, tools, continues, thinking)
    ids = model.target.tokenizer.encode(parts)
    turns = tuple((str(each["role"]), _content(each), False) for each in messages)
    return model.checked(ids, "messages"), PromptText("".join(part.text for part in parts), turns)


def _parts(
    model: ServedModel,
    template: ChatTemplate,
    messages: Sequence[Message],
    tools: Sequence[Any] | None,
    continues: bool,
    thinking: str,
) -> list[Part]:
    contents = [_content(each) for each in messages]
    text = _rendered(template, messages, tools, continues, thinking)
    fenced = [
        {**each, "content": _FENCE % n} if contents[n] else each for n, each in enumerate(messages)
    ]
    shown = _rendered(template, fenced, tools, continues, thinking)
    for values in (contents, [content.strip() for content in contents]):
        parts = _unfenced(shown, contents, values)
        if "".join(part.text for part in parts) == text:
            return parts
    control = tuple(model.target.tokenizer.special)
    if any(token in content for token in control for content in contents):
        raise wrong("messages", "a message holds control tokens, and the chat template changes it")
    return [Part(text, True)]


def _unfenced(text: str, contents: Sequence[str], values: Sequence[str]) -> list[Part]:
    """The rendered text with `values` in the place of the stand-ins; an empty content had none."""
    parts: list[Part] = []
    for number, content in enumerate(contents):
        if not content:
            continue
        before, found, rest = text.partition(_FENCE % number)
        if found:
            parts += [Part(before, True), Part(values[number], False)]
            text = rest
    return [*parts, Part(text, True)]


def _rendered(
    template: ChatTemplate,
    messages: Sequence[Message],
    tools: Sequence[Any] | None,
    continues: bool,
    thinking: str,
) -> str:
    try:
        return template.render(
            messages,
            add_generation_prompt=not continues,
            continue_final_message=continues,
            tools=tools,
            thinking=thinking,
        )
    except TemplateError as error:
        raise wrong(
            "messages", f"the chat template can't write this conversation: {error}"
        ) from None


def _content(message: Message) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""
