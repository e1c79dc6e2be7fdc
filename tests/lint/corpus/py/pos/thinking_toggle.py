"""Thinking is on for hard questions alone."""
from anthropic import Anthropic

client = Anthropic()


def is_hard(text: str) -> bool:
    return len(text) > 400 or "why" in text.lower()


def turn(history: list[dict], text: str):
    history.append({"role": "user", "content": text})
    extra = {}
    if is_hard(text):
        extra["thinking"] = {"type": "enabled", "budget_tokens": 4000}  # want: PFX605
    reply = client.messages.create(
        model="claude-sonnet-5", max_tokens=8000, system="Be exact. " * 400, messages=history, **extra
    )
    history.append({"role": "assistant", "content": reply.content})
    return reply
