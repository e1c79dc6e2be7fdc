"""`backend.generate`: one call on a text, without a program."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from ...ir.sampling import Sampling
from ...ir.target import Part, Target
from ...lang.python.surface import constraint_of, sampling_given
from ...runtime.backend import Backend, Completion, GenReply, GenRequest, PromptText

_NAMES = {"max_new_tokens": "max_tokens", "min_new_tokens": "min_tokens"}
_DEFAULTS = {"max_tokens": 128, "temperature": 1.0}


async def generate(
    backend: Backend, target: Target, prompts: Sequence[str], options: Mapping[str, Any]
) -> list[Any]:
    """`text` and `meta_info` of each prompt; of several samples a list of them. Raises what the backend raises."""
    requests = [_request(target, prompt, options) for prompt in prompts]
    replies = await asyncio.gather(*map(backend.generate, requests))
    return [_shown(reply) for reply in replies]


def _request(target: Target, prompt: str, options: Mapping[str, Any]) -> GenRequest:
    given = {_NAMES.get(name, name): value for name, value in options.items()}
    constraint, stops = constraint_of(given)
    found = {**_DEFAULTS, **sampling_given(given)}
    found["stop"] = (*_texts(found.get("stop", ())), *stops)
    sampling = Sampling(**found)
    ids = target.tokenizer.encode((Part(prompt, True),))
    seeds = tuple(secrets.randbits(62) for _ in range(sampling.n or 1))
    return GenRequest(tuple(ids), sampling, seeds, constraint, prompt_text=PromptText(prompt))


def _texts(stop: str | Sequence[str]) -> Sequence[str]:
    return (stop,) if isinstance(stop, str) else stop


def _shown(reply: GenReply) -> Any:
    found = [_one(reply, done) for done in reply.completions]
    return found[0] if len(found) == 1 else found


def _one(reply: GenReply, done: Completion) -> dict[str, Any]:
    usage = reply.usage
    meta = {
        "prompt_tokens": usage.prompt,
        "completion_tokens": len(done.ids),
        "cached_tokens": usage.cached,
        "finish_reason": {"type": "length" if done.finish == "length" else "stop"},
    }
    return {"text": done.text, "meta_info": meta}
