"""What servers with OpenAI's API know beyond it: parameters, constraints, token ids; as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server knows beyond OpenAI's own API.

    `fields`: names of parameters by field of `Sampling`. `constraints`: how each kind is sent, a path of keys.
    `ids`: prompts may be token ids. `returns_ids`: and answers, when asked. `continues`: a chat may end in mid-turn.
    `endless`: without a limit of tokens there is none.
    `names_next`: it tells the log probabilities of named tokens at the next position.
    `warms`: a prompt that was asked about is in the cache afterwards. `finds_running`: or while it is being computed.
    `thinking`: what says `on` and `off`, for those that give reasoning apart; `BUDGET` stands for a number of tokens.
    `tells_cache`: its metrics say how much its cache holds.
    `tool_patterns`: the input of a custom tool, which can be forced, takes a regular expression.
    `strict_tools`: it keeps to the schemas of tools when told so. `most`: the name of `max_tokens`.
    `cache_key`: calls that name the same key are sent to the same cache.
    """

    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    constraints: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    ids: bool = False
    returns_ids: bool = False
    endless: bool = False
    names_next: bool = False
    continues: bool = False
    warms: bool = False
    finds_running: bool = False
    tells_cache: bool = False
    tool_patterns: bool = False
    thinking: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    most: str = "max_tokens"
    strict_tools: bool = False
    cache_key: bool = False


OPENAI_FIELDS = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
MORE_FIELDS = {
    "top_k": "top_k",
    "min_p": "min_p",
    "repetition_penalty": "repetition_penalty",
    "min_tokens": "min_tokens",
    "stop_token_ids": "stop_token_ids",
    "ignore_eos": "ignore_eos",
}
SCHEMA_FORMAT = ("response_format",)
BUDGET = "$budget"
_TOLD = {
    "on": {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}},
    "off": {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}},
}
"""Template arguments by the two names that templates have for it."""

DIALECTS: dict[str, Dialect] = {
    "openai": Dialect(constraints={"json": SCHEMA_FORMAT}),
    "hosted": Dialect(
        constraints={"json": SCHEMA_FORMAT},
        most="max_completion_tokens",
        cache_key=True,
        tool_patterns=True,
        strict_tools=True,
    ),
    "litellm": Dialect(
        constraints={"json": SCHEMA_FORMAT},
        thinking={"on": {"thinking": {"type": "enabled", "budget_tokens": BUDGET}}},
    ),
    "vllm": Dialect(
        fields=MORE_FIELDS,
        constraints={kind: ("structured_outputs", kind) for kind in ("regex", "json", "grammar")},
        ids=True,
        returns_ids=True,
        names_next=True,
        continues=True,
        warms=True,
        thinking=_TOLD,
        finds_running=True,  # blocks count as cached from the step on in which they are computed
        tells_cache=True,
    ),
    "sglang": Dialect(
        fields=MORE_FIELDS,
        constraints={"regex": ("regex",), "json": SCHEMA_FORMAT, "grammar": ("ebnf",)},
        ids=True,
        continues=True,
        warms=True,
        thinking={"on": _TOLD["on"] | {"separate_reasoning": True}, "off": _TOLD["off"]},
    ),
    "llamacpp": Dialect(
        fields={
            "top_k": "top_k",
            "min_p": "min_p",
            "repetition_penalty": "repeat_penalty",
            "ignore_eos": "ignore_eos",
        },
        constraints={"json": ("json_schema",), "grammar": ("grammar",)},
        ids=True,
        endless=True,
        thinking={"on": _TOLD["on"] | {"reasoning_format": "deepseek"}, "off": _TOLD["off"]},
    ),
}


def dialect_of(name: str) -> Dialect:
    """The dialect of a server by what it calls itself; OpenAI's own where that is not known."""
    return DIALECTS.get(name.replace(".", ""), DIALECTS["openai"])
