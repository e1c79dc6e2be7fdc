"""A stream of OpenAI's API, collected into the answer that the same request would get at once.

A stream that ends without saying why the answer ended was cut, and is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..backend import BackendError
from .openai_replies import Account, ChatChoice, Choice, Logprobs, Message, Part, Piece, TextChoice


def cut() -> BackendError:
    """The error of a stream that ended too early."""
    return BackendError("3105", "the stream ended before the answer did", transient="connection")


@dataclass(slots=True)
class Collected:
    """The pieces so far."""

    is_chat: bool
    text: list[str] = field(default_factory=list[str])
    refusal: str = ""
    ids: list[int] | None = None
    logprobs: list[float] = field(default_factory=list[float])
    end: Part | None = None
    usage: Account | None = None

    def add(self, piece: Piece) -> tuple[str, tuple[int, ...]]:
        """Take one event; returns the text and the ids in it. Raises BackendError."""
        self.usage = piece.usage or self.usage
        if not piece.choices:
            return "", ()
        (part, *others) = piece.choices
        if others or part.index != 0:
            raise BackendError("3105", "the stream has an answer that was not asked for")
        text, ids = self._text(part), tuple(part.token_ids or ())
        if self.end is not None and (text or ids):
            raise BackendError("3105", "the stream goes on behind the end of the answer")
        if part.token_ids is not None:
            self.ids = (self.ids or []) + list(ids)
        self.text.append(text)
        self._note(part)
        return text, ids

    def _text(self, part: Part) -> str:
        if part.delta is not None:
            self.refusal += part.delta.refusal or ""
            return part.delta.content or ""
        return part.text or ""

    def _note(self, part: Part) -> None:
        if part.logprobs is not None:
            found = part.logprobs
            self.logprobs += [each.logprob for each in found.content or ()]
            self.logprobs += [value for value in found.token_logprobs or () if value is not None]
        if part.finish_reason is not None:
            self.end = part

    def answer(self) -> Choice:
        """The whole answer. Raises BackendError for a stream that was cut."""
        if self.end is None:
            raise cut()
        text, logprobs = "".join(self.text), Logprobs(token_logprobs=list(self.logprobs))
        reason, matched = self.end.finish_reason, self.end.stop_reason
        assert reason is not None
        if self.is_chat:
            said = Message(None if self.refusal and not text else text, self.refusal or None)
            return ChatChoice(reason, matched, logprobs, self.ids, message=said)
        return TextChoice(reason, matched, logprobs, self.ids, text=text)
