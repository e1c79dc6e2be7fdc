"""What a vLLM server says that it did, and the least that one with blocks can do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from sglc.runtime.backends.openai_next import stretches
from sglc.runtime.trace.records import CallRecord

_FAMILIES = {
    "prompt": "vllm:prompt_tokens_total",
    "cached": "vllm:prompt_tokens_cached_total",
    "generated": "vllm:generation_tokens_total",
    "requests": "vllm:request_success_total",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Tokens and requests so far."""

    prompt: int = 0
    cached: int = 0
    generated: int = 0
    requests: int = 0

    @property
    def prefilled(self) -> int:
        """Prompt tokens that were computed."""
        return self.prompt - self.cached

    def since(self, before: "Counts") -> "Counts":
        """What came on top."""
        names = _FAMILIES
        return Counts(**{name: getattr(self, name) - getattr(before, name) for name in names})


class ServerCounts:
    """The metrics of one server."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def counts(self) -> Counts:
        """The counters as they stand."""
        text = await self._get("/metrics")
        return Counts(**{name: _sum(text, family) for name, family in _FAMILIES.items()})

    async def forget(self) -> None:
        """Empty the prefix cache. Raises httpx.HTTPStatusError where the server does not let that be done."""
        async with httpx.AsyncClient(base_url=self._url, timeout=60) as client:
            (await client.post("/reset_prefix_cache")).raise_for_status()

    async def describe(self) -> tuple[str, int, int]:
        """Its version, how many tokens a block of its cache has, and how many blocks there are."""
        text = await self._get("/metrics")
        version = re.search(r'"version":\s*"([^"]*)"', await self._get("/version"))
        name = f"vLLM {version[1] if version else '?'}"
        return name, _config(text, "block_size"), _config(text, "num_gpu_blocks")

    async def _get(self, path: str) -> str:
        async with httpx.AsyncClient(base_url=self._url, timeout=60) as client:
            return (await client.get(path)).text


def _config(text: str, name: str) -> int:
    found = re.search(rf'vllm:cache_config_info\{{[^}}]*\b{name}="(\d+)"', text)
    return int(found[1]) if found else 1


def _sum(text: str, family: str) -> int:
    """All series of a counter together."""
    pattern = rf"^{re.escape(family)}(?:\{{[^}}]*\}})? (\S+)$"
    return int(sum(float(value) for value in re.findall(pattern, text, re.MULTILINE)))


def least_in_blocks(calls: Iterable[CallRecord], block: int) -> int:
    """What a server computes of these calls' prompts that loses nothing and shares whole blocks.

    A call finds the blocks of earlier calls, what they decoded included, but computes its last position itself.
    """
    kept: set[tuple[int, ...]] = set()
    computed = 0
    for call in sorted(calls, key=lambda call: call.started):
        for prompt in _prompts(call):
            computed += len(prompt) - _cached(prompt, kept, block)
            for output in call.with_kv or [[]]:
                kept |= set(_blocks((*prompt, *output), block))
    return computed


def _prompts(call: CallRecord) -> list[tuple[int, ...]]:
    """The prompts that stand for a call: its own, once for each stretch of its choices."""
    prompt = tuple(call.prompt)
    found = stretches(prompt, list(map(tuple, call.choices)))
    return [(*prompt, *stretch.node) for stretch in found] or [prompt] * max(1, len(call.outputs))


def _cached(prompt: tuple[int, ...], kept: set[tuple[int, ...]], block: int) -> int:
    most = (len(prompt) - 1) // block
    return next((n * block for n in range(most, 0, -1) if prompt[: n * block] in kept), 0)


def _blocks(ids: tuple[int, ...], block: int) -> list[tuple[int, ...]]:
    return [ids[:end] for end in range(block, len(ids) + 1, block)]
