"""Parameters are put together by unpacking."""
import time

from anthropic import Anthropic

BASE = {"model": "claude-opus-4-5", "max_tokens": 1024}
RULES = "Translate faithfully and keep names as they are. " * 120


def build() -> str:
    parts = [RULES]
    if (clock := time.strftime("%H:%M")) > "08:00":  # want: PFX101 PFX201
        parts.insert(0, f"Office hours have begun ({clock}).")
    return "\n".join(parts)


def translate(text: str):
    params = {**BASE, "system": build(), "messages": [{"role": "user", "content": text}]}
    return Anthropic().messages.create(**params)
