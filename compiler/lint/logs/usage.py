"""How many tokens of a prompt an answer says it read from a cache, in each provider's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .bodies import decoded

Json = Any
_HOLDERS = (
    "usage", "usageMetadata", "usage_metadata", "usageDetails", "usage_details", "meta_info", "timings",
)  # fmt: skip
_DETAILS = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
_READ = (
    "cache_read_input_tokens", "cacheReadInputTokens", "cacheReadInputTokenCount", "prompt_cache_hit_tokens",
    "cachedContentTokenCount", "cached_content_token_count", "input_cached_tokens", "input_cache_read", "cached_tokens",
    "cache_read", "cache_n",
)  # fmt: skip
_PROMPT = (
    "prompt_tokens", "input_tokens", "inputTokens", "promptTokenCount", "prompt_token_count", "input",
)  # fmt: skip
_APART = ("cache_read_input_tokens", "cacheReadInputTokens")
_WRITTEN = ("cache_creation_input_tokens", "cacheWriteInputTokens")
"""Where a provider counts what was read or written beside the prompt's tokens and not among them."""

DEPTH = 4


def usage_of(data: Mapping[str, Json]) -> tuple[int | None, int | None]:
    """Tokens that were read from a cache, and tokens of the prompt, wherever an answer says them."""
    usage = _usage_in(data)
    if usage is None:
        return None, None
    details = next((usage[k] for k in _DETAILS if isinstance(usage.get(k), dict)), {})
    read = _first({**details, **usage}, _READ)
    prompt = _first(usage, _PROMPT)
    if prompt is not None and any(key in usage for key in _APART):
        prompt += (_first(usage, _APART) or 0) + (_first(usage, _WRITTEN) or 0)
    return read, prompt


def _first(held: Mapping[str, Json], names: tuple[str, ...]) -> int | None:
    return next((held[k] for k in names if isinstance(held.get(k), int)), None)


def _usage_in(data: Mapping[str, Json]) -> dict[str, Json] | None:
    level = [data]
    for _ in range(DEPTH):
        for each in level:
            for name in _HOLDERS:
                if isinstance(each.get(name), dict):
                    return each[name]
        inner = [
            _object(value) for each in level for key, value in each.items() if key != "messages"
        ]
        level = [each for each in inner if each is not None]
    return None


def _object(value: Json) -> dict[str, Json] | None:
    if isinstance(value, str):
        return decoded(value) if '"usage' in value[-2000:] or '"usage' in value[:2000] else None
    return value if isinstance(value, dict) else None
