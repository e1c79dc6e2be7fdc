"""A prompt as the reference interpreter holds it: what was appended, in order, and what a call on it is asked.

Nothing is computed ahead: each call writes its whole conversation anew. Where the chat template composes, turns are
markers around contents; elsewhere, and with tools, the template renders all messages at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ..ops import Role
from ..target import ChatTemplate, Part, Target, TemplateError, Tokenizer, TokenPrompt
from ..target.turns import Trim, TurnModel, probe
from ..values.limits import Json
from ..values.operations import EvalError

_HOLE = "Qz%dShownQz"
"""Stands for a value while the template runs: letters, which no template escapes or trims."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said: where the template composes, its ids stand as they are."""

    ids: tuple[int, ...]
    text: str


Piece = Part | Said


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. `open`: nothing has ended it yet."""

    role: Role
    pieces: tuple[Piece, ...] = ()
    open: bool = True


@dataclass(frozen=True, slots=True)
class Prompt:
    """A raw text, or a conversation; `loose` is what stands outside of all turns, so for a raw text all of it."""

    bos: bool = False
    loose: tuple[Piece, ...] = ()
    messages: tuple[Message, ...] = ()
    tools: Json = None

    def with_text(self, text: str, *, literal: bool) -> Prompt:
        """The prompt with text after it; control tokens in it count only if it is literal."""
        return self._with(Part(text, literal)) if text else self

    def with_said(self, ids: Sequence[int], text: str) -> Prompt:
        """The prompt with what a model said."""
        return self._with(Said(tuple(ids), text))

    def with_turn(self, role: Role, edge: str, tools: Json = None) -> Prompt:
        """The prompt with a turn opened or closed."""
        tools = self.tools if tools is None else tools
        if edge == "begin":
            return replace(self, messages=(*self.messages, Message(role)), tools=tools)
        *before, last = self.messages or (Message(role),)
        return replace(self, messages=(*before, replace(last, open=False)), tools=tools)

    def _with(self, piece: Piece) -> Prompt:
        if not self.messages or not self.messages[-1].open:
            return replace(self, loose=(*self.loose, piece))
        *before, last = self.messages
        return replace(self, messages=(*before, replace(last, pieces=(*last.pieces, piece))))

    def ids(self, target: Target, *, whole: bool = False) -> tuple[int, ...]:
        """What a call on this prompt is asked with; `whole`: the template renders all, though it may compose.

        Raises EvalError.
        """
        if not self.messages:
            return _ids(self.bos, self.loose, target.tokenizer)
        if target.template is None:
            raise EvalError("3206", "the target has no chat template")
        is_whole = whole or self.tools is not None
        model = None if is_whole else _model(self.messages, target.template)
        if model is None:
            parts = _rendered(self, target.template, tuple(target.tokenizer.special))
            return target.tokenizer.encode(parts)
        pieces = (*_composed(self.messages, model), *self.loose)
        return _ids(self.bos, pieces, target.tokenizer)


def _ids(bos: bool, pieces: Sequence[Piece], tokenizer: Tokenizer) -> tuple[int, ...]:
    tokens = TokenPrompt.start(tokenizer, bos=bos)
    for piece in pieces:
        if isinstance(piece, Said):
            tokens = tokens.fixed(tokenizer).extend(piece.ids)
        else:
            tokens = tokens.append(tokenizer, piece)
    return tokens.ids(tokenizer)


# --- turns as markers around contents ---------------------------------------------------------------


def _model(messages: Sequence[Message], template: ChatTemplate) -> TurnModel | None:
    """How the template composes over these turns; None when it does not. Raises EvalError when it refuses them."""
    roles: list[Role] = [message.role for message in messages]
    before: tuple[Role | None, ...] = (None, *roles)
    model = probe(template, tuple(zip(before, roles, strict=False)))
    if model.refusals:
        raise EvalError("3206", f"the chat template refuses: {model.refusals[0].message}")
    return model if model.composes else None


def _composed(messages: Sequence[Message], model: TurnModel) -> Iterator[Piece]:
    before: Role | None = None
    for message in messages:
        yield Part(model.openers[before, message.role], True)
        yield from _trimmed(message.pieces, model.trims.get(message.role, Trim()))
        if not message.open:
            yield Part(model.closers[message.role], True)
        before = message.role


def _trimmed(pieces: Sequence[Piece], trim: Trim) -> Iterator[Piece]:
    """A content as the template shows it; what a model said is kept as it was said, at its edges, too.

    What stands before an answer was asked about, and so was shown, as if the content ended there.
    """
    texts: list[Part] = []
    is_start = trim.left
    for piece in (*pieces, None):
        if isinstance(piece, Part):
            texts.append(piece)
            continue
        shown = _without_start(texts) if is_start else texts
        yield from _without_end(shown) if trim.right else shown
        texts, is_start = [], False
        if piece is not None:
            yield piece


def _without_start(texts: Sequence[Part]) -> list[Part]:
    for at, part in enumerate(texts):
        if shown := part.text.lstrip():
            return [Part(shown, part.literal), *texts[at + 1 :]]
    return []


def _without_end(texts: Sequence[Part]) -> list[Part]:
    for at, part in reversed([*enumerate(texts)]):
        if shown := part.text.rstrip():
            return [*texts[:at], Part(shown, part.literal)]
    return []


# --- the template renders all -----------------------------------------------------------------------


def _rendered(prompt: Prompt, template: ChatTemplate, control: Sequence[str]) -> list[Part]:
    """The conversation as one rendering shows it, cut into literals and values.

    Raises EvalError when the template refuses it, or changes a value that holds control text: then that can't be
    told from the template's own.
    """
    values = [p for m in prompt.messages for p in m.pieces if not _is_literal(p)]
    text = _text(prompt, template, holes=False)
    parts = _filled(_text(prompt, template, holes=True), [value.text for value in values])
    if "".join(part.text for part in parts) == text:
        return parts
    if any(token in value.text for token in control for value in values):
        raise EvalError("3206", "a value holds control tokens, and the chat template changes it")
    return [Part(text, True)]


def _is_literal(piece: Piece) -> bool:
    return isinstance(piece, Part) and piece.literal


def _text(prompt: Prompt, template: ChatTemplate, *, holes: bool) -> str:
    """The rendering: an open turn is continued, an empty one of the assistant is generated."""
    count = 0
    turns: list[dict[str, str]] = []
    for message in prompt.messages:
        content = ""
        for piece in message.pieces:
            is_hole = holes and bool(piece.text) and not _is_literal(piece)
            content += _HOLE % count if is_hole else piece.text
            count += is_hole
        turns.append({"role": message.role, "content": content})
    last = prompt.messages[-1]
    tools = cast("list[Json] | None", prompt.tools)
    try:
        if not last.open:
            return template.render(turns, tools=tools)
        if last.role == "assistant" and not turns[-1]["content"]:
            return template.render(turns[:-1], add_generation_prompt=True, tools=tools)
        return template.render(turns, continue_final_message=True, tools=tools)
    except TemplateError as error:
        raise EvalError("3206", f"the chat template refuses: {error}") from None


def _filled(text: str, values: Sequence[str]) -> list[Part]:
    parts: list[Part] = []
    for number, value in enumerate(value for value in values if value):
        before, found, text = text.partition(_HOLE % number)
        if not found:
            return [*parts, Part(before, True)]
        parts += [Part(before, True), Part(value, False)]
    return [*parts, Part(text, True)]
