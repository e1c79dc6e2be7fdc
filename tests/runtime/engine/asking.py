"""Requests in short form, and the judge of differing texts: teacher forcing."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from sglc.ir.sampling import Constraint, Sampling
from sglc.runtime.backend import GenReply, GenRequest, SelectReply, SelectRequest
from sglc.runtime.backends.engine import EngineBackend

CLOSE = 1e-3  # two logits nearer than this may change places from one batch to another


def prompt(seed: int, length: int) -> tuple[int, ...]:
    """Random ids without control tokens."""
    return tuple(random.Random(seed).choices(range(250), k=length))


def gen(
    ids: Sequence[int], tokens: int = 16, seeds: Sequence[int] = (0,), **sampling: Any
) -> GenRequest:
    """A request for `tokens` tokens, end tokens ignored."""
    constraint = sampling.pop("constraint", None)
    namespace = str(sampling.pop("namespace", ""))
    assert constraint is None or isinstance(constraint, Constraint)
    sampling.setdefault("ignore_eos", True)
    return GenRequest(
        tuple(ids), Sampling(max_tokens=tokens, **sampling), tuple(seeds), constraint, namespace
    )


def ask(backend: EngineBackend, *requests: GenRequest) -> list[GenReply]:
    """Send requests all at once."""

    async def run() -> list[GenReply]:
        return await asyncio.gather(*map(backend.generate, requests))

    return asyncio.run(run())


def ids_of(replies: Sequence[GenReply]) -> list[tuple[int, ...]]:
    """The generated ids of every sample."""
    return [completion.ids for reply in replies for completion in reply.completions]


def select(backend: EngineBackend, *requests: SelectRequest) -> list[SelectReply]:
    """Send selects all at once."""

    async def run() -> list[SelectReply]:
        return await asyncio.gather(*map(backend.select, requests))

    return asyncio.run(run())


def is_coin_toss(folder: Path, ids: Sequence[int], a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether two continuations part between the two likeliest tokens, closer than CLOSE; prints where."""
    from transformers import AutoModelForCausalLM

    at = next(i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[*ids, *a[:at]]])).logits[0, -1]
    gap = (logits[a[at]] - logits[b[at]]).abs().item()
    print(f"token {at}: {a[at]} or {b[at]}, logits {gap:.2g} apart")
    return gap < CLOSE and set(logits.topk(2).indices.tolist()) == {a[at], b[at]}
