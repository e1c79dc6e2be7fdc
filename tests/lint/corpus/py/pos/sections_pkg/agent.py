"""Asks the model."""
from anthropic import Anthropic

from . import sections  # noqa: F401
from .registry import render


def write(entry: str, earlier: list[dict]):
    return Anthropic().messages.create(
        model="claude-sonnet-5",
        max_tokens=400,
        system=render(),
        messages=[*earlier, {"role": "user", "content": entry}],
    )
