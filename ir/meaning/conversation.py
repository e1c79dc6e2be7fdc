"""A prompt as the reference interpreter holds it: what was appended, in order, and what a call on it is asked.

Nothing is computed ahead: each call writes its whole conversation anew. In plain ChatML turns are markers around
contents; every other template renders all messages at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..ops import Role
from ..target import ChatTemplate, Part, Target, TemplateError, Tokenizer, TokenPrompt
from ..target.calls import CALL
from ..target.conversation import Changed, Chunk, Message, prompt_of, written
from ..target.template import CHATML
from ..target.thinking import THINKING
from ..values.limits import Json
from ..values.operations import EvalError


@dataclass(frozen=True, slots=True)
class Prompt:
    """A raw text, or a conversation; `loose` is what stands outside of all turns, so for a raw text all of it.

    `bos`: as a raw text it starts as the tokenizer starts one; a conversation starts as the template has it.
    """

    bos: bool = False
    loose: tuple[Chunk, ...] = ()
    messages: tuple[Message, ...] = ()
    tools: Json = None

    def with_text(self, text: str, *, literal: bool) -> Prompt:
        """The prompt with text after it; control tokens in it count only if it is literal."""
        return self._with(Chunk(text, literal)) if text else self

    def with_said(self, ids: Sequence[int], text: str) -> Prompt:
        """The prompt with what a model said."""
        return self._with(Chunk(text, False, tuple(ids)))

    def with_turn(self, role: Role, edge: str, tools: Json = None) -> Prompt:
        """The prompt with a turn opened or closed."""
        tools = self.tools if tools is None else tools
        is_thought = role == THINKING
        if edge == "begin":
            is_inside = is_thought or (role == CALL and not self.here)
            before = self.messages[:-1] if is_inside else self.messages
            before = tuple(replace(message, open=False) for message in before)
            return replace(self, messages=(*before, Message(role, (), open=True)), tools=tools)
        *before, last = self.messages or (Message(role),)
        ended = (*before, replace(last, open=False))
        answer = (Message("assistant", (), open=True),) if is_thought else ()
        return replace(self, messages=(*ended, *answer), tools=tools)

    def with_echo(
        self, target: Target, before: Prompt, after: Prompt, left: bool, right: bool
    ) -> Prompt:
        """The prompt with what `after` has behind `before`, without white space at the edges that are trimmed."""
        said = list(after.here[len(before.here) :])
        shown = trimmed(said, left, right)
        if shown == said and self.ids(target) == before.ids(target):
            return after
        prompt = self
        for chunk in shown:
            prompt = prompt._with(chunk)
        return prompt

    @property
    def here(self) -> tuple[Chunk, ...]:
        """What stands in the turn that is open, or outside of all turns."""
        is_open = bool(self.messages) and self.messages[-1].open
        return self.messages[-1].chunks if is_open else self.loose

    def _with(self, chunk: Chunk) -> Prompt:
        if not self.messages or not self.messages[-1].open:
            return replace(self, loose=(*self.loose, chunk))
        *before, last = self.messages
        return replace(self, messages=(*before, replace(last, chunks=(*last.chunks, chunk))))

    def ids(self, target: Target, *, whole: bool = False, thinking: str = "") -> tuple[int, ...]:
        """What a call on this prompt is asked with; `whole`: by the template, though it is plain ChatML.

        `thinking`: `off` for a call that is to be answered without. Raises EvalError.
        """
        tokenizer = target.tokenizer
        if not self.messages:
            return _tokens(self.bos, self.loose, tokenizer).ids(tokenizer)
        if target.template is None:
            raise EvalError("3206", "the target has no chat template")
        is_parted = any(message.role in (THINKING, CALL) for message in self.messages)
        if target.template.source == CHATML and not (whole or is_parted):
            chunks = (*_chatml(self.messages), *self.loose)
            return prompt_of(tokenizer, chunks).ids(tokenizer)
        chunks = self._written(target, target.template, thinking)
        return prompt_of(tokenizer, chunks).ids(tokenizer)

    def _written(self, target: Target, template: ChatTemplate, thinking: str) -> Sequence[Chunk]:
        outside = (Message("", self.loose),) if self.loose else ()
        try:
            return written(template, (*self.messages, *outside), self.tools, thinking)
        except TemplateError as error:
            raise EvalError("3206", f"the chat template refuses: {error}") from None
        except Changed as changed:
            values = [c.text for m in self.messages for c in m.chunks if not c.literal]
            if any(token in value for token in target.tokenizer.special for value in values):
                what = "a value holds control tokens, and the chat template changes it"
                raise EvalError("3206", what) from None
            return [Chunk(changed.text, True)]


def _chatml(messages: Sequence[Message]) -> Iterator[Chunk]:
    for message in messages:
        yield Chunk(f"<|im_start|>{message.role}\n", True)
        yield from message.chunks
        if not message.open:
            yield Chunk("<|im_end|>\n", True)


def _tokens(bos: bool, chunks: Iterable[Chunk], tokenizer: Tokenizer) -> TokenPrompt:
    tokens = TokenPrompt.start(tokenizer, bos=bos)
    for chunk in chunks:
        if chunk.ids is not None:
            tokens = tokens.fixed(tokenizer).extend(chunk.ids)
        else:
            tokens = tokens.append(tokenizer, Part(chunk.text, chunk.literal))
    return tokens


def trimmed(chunks: Sequence[Chunk], left: bool, right: bool) -> list[Chunk]:
    """Chunks without white space at the edges; an answer that shows nothing goes with what stands around it."""
    whole = "".join(chunk.text for chunk in chunks)
    first = len(whole) - len(whole.lstrip()) if left else 0
    end = max(first, len(whole.rstrip())) if right else len(whole)
    kept: list[Chunk] = []
    at = 0
    for chunk in chunks:
        text = chunk.text[max(0, first - at) : max(0, end - at)]
        if text == chunk.text and first <= at and at + len(text) <= end:
            kept.append(chunk)
        elif text:
            kept.append(Chunk(text, chunk.literal))
        at += len(chunk.text)
    return kept
