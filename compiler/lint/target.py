"""Which cache's rules a request is judged by: what the user says, else what the model's name says."""

from __future__ import annotations

import re

from ...ir.target.rules import Rules, rules_for

_BY_MODEL = (
    (r"claude|anthropic", "anthropic"),
    (r"gpt-5\.([6-9]|\d\d)|gpt-[6-9]", "openai"),
    (r"gpt|^o\d|chatgpt|davinci", "openai-automatic"),
    (r"gemini", "gemini"),
    (r"deepseek", "deepseek"),
)
DEFAULT = "sglang"


def target_of(model: str, wanted: str = "") -> str:
    """The name of the target of a model; `wanted` is the user's word and wins."""
    if wanted:
        return wanted
    name = model.lower()
    return next((target for pattern, target in _BY_MODEL if re.search(pattern, name)), "")


def rules_of(target: str) -> Rules:
    """The rules of a target; an engine that matches token by token where none is known."""
    return rules_for(target or DEFAULT)


def plain_model(model: str) -> str:
    """A model's name without its provider: `anthropic/claude-x`, `anthropic:claude-x`, `eu.anthropic.claude-x-v1:0`."""
    name = re.split(r"[/:]", re.sub(r":\d+$", "", model))[-1]
    return re.sub(r"^(\w+\.)?(anthropic|amazon|meta|mistral|deepseek|openai)\.", "", name)


def minimum_of(target: str, model: str) -> int:
    """The shortest prefix that a target caches for a model."""
    return rules_of(target).minimum_for(plain_model(model)) if target else 0
