"""What SGLang's `/generate` answers, as types: what does not fit them is an error, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from ...ir.target.stopping import Matched
from ..backend import BackendError, Finish, Usage
from .remote import TopLogprobs

Count = Annotated[int, msgspec.Meta(ge=0)]
Scored = tuple[float | None, Count, str | None]
"""A token's log probability (null for the first of a range), the token, and its text if it was asked for."""


class Ended(msgspec.Struct):
    """Why a generation ended, and the token or the stop that ended it."""

    type: Literal["length", "stop", "abort"]
    matched: int | str | list[int] | None = None
    message: str = ""


class Meta(msgspec.Struct):
    """The account of one reply; `completion_tokens` counts what a stream has sent so far."""

    prompt_tokens: Count = 0
    completion_tokens: Count | None = None
    cached_tokens: Count | None = None
    finish_reason: Ended | None = None
    input_token_logprobs: list[Scored] | None = None
    output_token_logprobs: list[Scored] | None = None
    output_top_logprobs: list[list[Scored] | None] | None = None


class Reply(msgspec.Struct):
    """One sample, or one prompt of several."""

    meta_info: Meta
    output_ids: list[Count] | None = None

    @property
    def ids(self) -> list[int]:
        """What was generated, or what of it is in this event of a stream."""
        return self.output_ids or []

    @property
    def cached(self) -> int:
        """How much of the prompt was in the server's cache."""
        return self.meta_info.cached_tokens or 0


Replies = Reply | list[Reply]


class ModelInfo(msgspec.Struct):
    """What the server says of its model."""

    model_path: str
    tokenizer_path: str | None = None


def listed(replies: Replies) -> list[Reply]:
    """One reply, or a list of them for several texts or samples."""
    return replies if isinstance(replies, list) else [replies]


def finish_of(meta: Meta) -> tuple[Finish, Matched]:
    """Why a generation ended. Raises BackendError for one that was given up, or did not end."""
    ended = meta.finish_reason
    if ended is None:
        raise BackendError(
            "3105", "the answer ended before the generation did", transient="connection"
        )
    if ended.type == "abort":
        raise BackendError(
            "3105",
            f"the server gave up: {ended.message or 'it does not say why'}",
            transient="overloaded",
        )
    if ended.type == "length":
        return "length", None
    if isinstance(ended.matched, int):
        return "eos", ended.matched
    return "stop", ended.matched if isinstance(ended.matched, str) else None


def logprobs_of(meta: Meta) -> list[float]:
    """The log probability of each generated token."""
    return [value for value, _, _ in meta.output_token_logprobs or () if value is not None]


def tops_of(meta: Meta) -> TopLogprobs:
    """The likeliest tokens at each position."""
    rows = meta.output_top_logprobs or ()
    return tuple(
        tuple((token, value) for value, token, _ in row or () if value is not None) for row in rows
    )


def scores_of(reply: Reply, prompt: tuple[int, ...], choice: tuple[int, ...]) -> tuple[float, ...]:
    """The log probabilities of a choice, asked for from the prompt's last token on. Raises BackendError."""
    rows = reply.meta_info.input_token_logprobs or []
    if tuple(token for _, token, _ in rows) != (*prompt[-1:], *choice):
        raise BackendError("3105", "the server scored other tokens than it was asked for")
    values = [value for value, _, _ in rows[1:]]
    if None in values:
        raise BackendError("3105", "the server left out a log probability")
    return tuple(value for value in values if value is not None)


def usage_of(prompt: int, replies: Sequence[Reply], first: float, total: float) -> Usage:
    """The work of the samples of one prompt: what the least lucky of them found in the cache."""
    cached = min((min(reply.cached, prompt) for reply in replies), default=0)
    decoded = sum(max(0, len(reply.ids) - 1) for reply in replies)
    return Usage(
        prompt=prompt,
        cached=cached,
        prefilled=prompt - cached,
        decoded=decoded,
        decode_s=max(0.0, total - first),
        ttft_s=first,
    )
