"""A conversation as a chat template renders it, with everything in it still known for what it is.

Values stay values, so that control tokens in them count for nothing, and what a model said stays the ids that it
said. To tell them apart in what the template writes, it is rendered twice: as it is, and with a fence in the place
of each. White space at their edges stays outside of the fences, since templates may take it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from .calls import CALL
from .parts import Part
from .prompt import TokenPrompt
from .template import ChatTemplate
from .template_error import TemplateError
from .thinking import THINKING, Request
from .tokenizer import Tokenizer

_FENCE = "Qz%dValueQz"
"""Letters, so that no template escapes or trims it."""


class Chunk(NamedTuple):
    """A piece of a conversation. `literal`: control tokens in it count. `ids`: those of what a model said."""

    text: str
    literal: bool
    ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. `open`: a call asks in it, or what follows in it is not known yet.

    One of the role `thinking` is what led to the assistant's turn behind it, one of the role `call` the tool call at
    the end of the assistant's turn before it, if it says something.
    Without a `role`: a text that stands between turns, where the program put one.
    """

    role: str
    chunks: tuple[Chunk, ...] = ()
    open: bool = False

    @property
    def content(self) -> str:
        """The turn as text."""
        return "".join(chunk.text for chunk in self.chunks)


class Changed(Exception):
    """The template shows contents in another way than they are, so that values can't be found in it again.

    `text` is what it renders.
    """

    def __init__(self, text: str) -> None:
        super().__init__("the template changes a value")
        self.text = text


def render(
    template: ChatTemplate, messages: Sequence[Message], tools: Any = None, thinking: str = ""
) -> str:
    """The text that a call is asked with, which may be told not to think. Raises TemplateError."""
    (text,) = _rendered(template, messages, tools, thinking, [[m.content for m in messages]])
    return text


def written(
    template: ChatTemplate, messages: Sequence[Message], tools: Any = None, thinking: str = ""
) -> list[Chunk]:
    """What a call is asked with, in chunks. Raises TemplateError, Changed."""
    plain = [message.content for message in messages]
    fenced, blank = _fence(messages, blank=False), _fence(messages, blank=True)
    kinds = [fenced] if blank == fenced else [blank, fenced]
    many = [plain, *(kind[0] for kind in kinds)]
    text, *marked = _rendered(template, messages, tools, thinking, many)
    for (_, chunks), shown in zip(kinds, marked, strict=True):
        found = _unfence(shown, chunks)
        if "".join(chunk.text for chunk in found) == text:
            return found
    raise Changed(text)


def prompt_of(tokenizer: Tokenizer, chunks: Iterable[Chunk]) -> TokenPrompt:
    """Chunks as tokens, from an empty prompt."""
    prompt = TokenPrompt.start(tokenizer, bos=False)
    for chunk in chunks:
        if chunk.ids is not None:
            prompt = prompt.fixed(tokenizer).extend(chunk.ids)
        elif chunk.text:
            prompt = prompt.append(tokenizer, Part(chunk.text, chunk.literal))
    return prompt


def _rendered(
    template: ChatTemplate,
    messages: Sequence[Message],
    tools: Any,
    thinking: str,
    many: Sequence[Sequence[str]],
) -> list[str]:
    """The texts of a conversation with each of several contents."""
    filled = [list(zip(messages, contents, strict=True)) for contents in many]
    requests = [
        _request(template, [(m, c) for m, c in each if m.role], tools, thinking) for each in filled
    ]
    outcomes = [
        or_opened(template, r, o)
        for r, o in zip(requests, template.render_all(requests), strict=True)
    ]
    found = [_text(outcome) for outcome in outcomes]
    return [
        _with_outside(template, each, tools, text) for each, text in zip(filled, found, strict=True)
    ]


def _request(
    template: ChatTemplate, turns: Sequence[tuple[Message, str]], tools: Any, thinking: str
) -> Request:
    """An open turn is continued, an empty one of the assistant generated."""
    shown = [_shown(template, message, content) for message, content in turns]
    last = turns[-1][0]
    if not last.open:
        return Request(shown, tools=tools)
    if last.role in ("assistant", THINKING) and not turns[-1][1]:
        told = "on" if last.role == THINKING else thinking
        return Request(shown[:-1], add_generation_prompt=True, tools=tools, thinking=told)
    return Request(shown, continue_final_message=True, tools=tools)


def _shown(template: ChatTemplate, message: Message, content: str) -> dict[str, Any]:
    """A turn with some content; of calls the names of their tools are said, since contents may stand for others."""
    shown: dict[str, Any] = {"role": message.role, "content": content}
    if message.role == CALL:
        parted = template.calls.parted(message.content)
        shown["names"] = [template.calls.format.name_of(each) for each in parted]
    return shown


def or_opened(
    template: ChatTemplate, request: Request, outcome: str | TemplateError
) -> str | TemplateError:
    """A template that has no rendering of no messages has one of an assistant's turn that says nothing yet."""
    if not isinstance(outcome, TemplateError) or request.messages:
        return outcome
    turn = [{"role": "assistant", "content": ""}]
    again = Request(turn, continue_final_message=True, tools=request.tools)
    return template.render_all([again])[0]


def _text(outcome: str | TemplateError) -> str:
    if isinstance(outcome, TemplateError):
        raise outcome
    return outcome


def _with_outside(
    template: ChatTemplate, filled: Sequence[tuple[Message, str]], tools: Any, text: str
) -> str:
    """The rendering with what stands between turns where it stands: behind those that have ended there."""
    for at in reversed(range(len(filled))):
        if not filled[at][0].role:
            turns = [{"role": m.role, "content": content} for m, content in filled[:at] if m.role]
            head = template.render(turns, tools=tools) if turns else ""
            if not text.startswith(head):
                raise TemplateError("there is no place for the text that stands between turns")
            text = head + filled[at][1] + text[len(head) :]
    return text


class Fenced(NamedTuple):
    """What a fence stands for; reasoning is not shown for ever, nor is in all families what is said before a call."""

    chunk: Chunk
    may_vanish: bool


def _fence(messages: Sequence[Message], *, blank: bool) -> tuple[list[str], list[Fenced]]:
    """The contents with fences, and what each fence stands for.

    `blank`: an answer that shows nothing has one, too, so that its place is known; if the template minds it, none has.
    """
    fenced: list[Fenced] = []
    contents: list[str] = []
    before_calls = {id(m) for m, behind in pairwise(messages) if behind.role == CALL}
    for message in messages:
        shown: list[str] = []
        may_vanish = message.role == THINKING or id(message) in before_calls
        for chunk in message.chunks:
            if chunk.literal or not (chunk.text.strip() or (blank and chunk.ids is not None)):
                shown.append(chunk.text)
            else:
                lead, trail = _edges(chunk.text)
                shown.append(f"{lead}{_FENCE % len(fenced)}{trail}")
                fenced.append(Fenced(chunk, may_vanish))
        contents.append("".join(shown))
    return contents, fenced


def _edges(text: str) -> tuple[str, str]:
    """The white space at the two ends of a text; all of it at the end where there is nothing else."""
    end = len(text.rstrip())
    return (text[: len(text) - len(text.lstrip())] if end else ""), text[end:]


def _unfence(text: str, fenced: Sequence[Fenced]) -> list[Chunk]:
    found: list[Chunk] = []
    for number, (chunk, may_vanish) in enumerate(fenced):
        before, is_there, behind = text.partition(_FENCE % number)
        if not is_there and may_vanish:
            continue
        if not is_there:
            return [*found, Chunk(before, True)]
        text = behind
        lead, trail = _edges(chunk.text)
        if chunk.ids is not None and before.endswith(lead) and text.startswith(trail):
            found += [Chunk(before[: len(before) - len(lead)], True), chunk]
            text = text[len(trail) :]
        else:
            found += [Chunk(before, True), Chunk(chunk.text.strip(), False)]
    return [*found, Chunk(text, True)]
