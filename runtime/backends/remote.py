"""What remote backends share: a completion out of the ids that a server sent, and calls made side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import TypeVar

from ...ir.sampling import Sampling
from ...ir.target import StopTracker, Tokenizer
from ...ir.target.stopping import Matched
from ..backend import (
    BackendError,
    Completion,
    Finish,
    PromptText,
    SelectReply,
    SelectRequest,
    Usage,
)

T = TypeVar("T")
TopLogprobs = tuple[tuple[tuple[int, float], ...], ...]


def completion_of(
    tokenizer: Tokenizer,
    sampling: Sampling,
    prompt: Sequence[int],
    ids: Iterable[int],
    finish: Finish,
    *,
    matched: Matched = None,
    logprobs: Sequence[float] = (),
    top_logprobs: TopLogprobs = (),
) -> Completion:
    """The completion of generated ids, cut as `StopTracker` cuts everywhere.

    `finish` is what the server says; `matched`: the stop that ended it there, or the token, which may be one that
    the tokenizer's files don't name. A server that has taken the end token out of `ids` already is as good.
    """
    if isinstance(matched, int) and matched not in tokenizer.eos_ids:
        sampling = sampling.merged(stop_token_ids=(*sampling.stop_token_ids, matched))
    tracker = StopTracker(tokenizer, sampling, prompt)
    for token in ids:
        if tracker.finish is not None or tracker.feed(token):
            break
    tracker.end(finish)
    done = tracker.completion()
    shown = len(done.ids)
    return Completion(
        done.ids,
        done.kept,
        done.text,
        done.finish,
        tuple(logprobs[:shown]),
        top_logprobs[:shown],
        matched if done.matched is None else done.matched,
    )


_MOST_IDS = 1 << 31
"""No vocabulary has more."""


def bearer(api_key: str | None) -> dict[str, str]:
    """The header that carries a key, where there is one."""
    return {"Authorization": f"Bearer {api_key.strip()}"} if api_key else {}


def check_ids(tokenizer: Tokenizer, ids: Sequence[int], max_tokens: int) -> None:
    """Raise BackendError (3105) for ids that are none of the model's, or more of them than were asked for."""
    if 0 <= max_tokens < len(ids):
        raise BackendError(
            "3105", f"the server gave {len(ids)} tokens where {max_tokens} are allowed"
        )
    for token in ids:
        is_known = 0 <= token < tokenizer.vocab_size or token in tokenizer.eos_ids
        if not is_known and not (0 <= token < _MOST_IDS and tokenizer.token_bytes(token)):
            raise BackendError(
                "3105",
                f"the server gave the token {token}, which is none of the model's",
                "the target's tokenizer is not the one of the server's model",
            )


def said_turns(text: PromptText | None, name: str) -> Sequence[tuple[str, str, bool]]:
    """The turns of a prompt that nothing stands outside of. Raises BackendError (3104)."""
    turns = text.turns if text else ()
    if not any(role for role, _, _ in turns):
        help = "a program with turns, or a completions API, can"
        raise BackendError("3104", f"`{name}` can't be asked for a raw completion", help)
    if not all(role for role, _, _ in turns):
        help = "a turn around it can be sent"
        raise BackendError("3104", f"`{name}` can't take text outside of turns", help)
    return turns


def may_call(text: PromptText | None) -> bool:
    """Whether the answer to a prompt may be a call of a tool."""
    return text is not None and text.tools is not None and text.tools.may_call


def chosen(text: str, request: SelectRequest, usage: Usage) -> SelectReply:
    """The reply of a server that chose itself. Raises BackendError (3105) for a text that is none of the choices."""
    try:
        return SelectReply((), usage, chosen=request.choice_texts.index(text))
    except ValueError:
        message = f"the server was to choose, and said {text[:60]!r}, which is none of the choices"
        raise BackendError("3105", message, "a server that keeps to a schema chooses") from None


def check_count(samples: Sequence[object], seeds: Sequence[object]) -> None:
    """Raise BackendError (3105) unless as many samples came as were asked for."""
    if len(samples) != len(seeds):
        raise BackendError("3105", f"{len(seeds)} samples were asked for, and {len(samples)} came")


async def side_by_side(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The results of calls made at once; the first failure cancels the others."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
