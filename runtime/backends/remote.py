"""What remote backends share: a completion out of the ids that a server sent, and calls made side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import TypeVar

from ...ir.sampling import Sampling
from ...ir.target import StopTracker, Tokenizer
from ...ir.target.stopping import Matched
from ..backend import Completion, Finish

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
