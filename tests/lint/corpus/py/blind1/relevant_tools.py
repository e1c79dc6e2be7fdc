import re
from typing import Protocol

import anthropic

client = anthropic.Anthropic()


class ToolSpec(Protocol):
    name: str
    keywords: frozenset[str]

    def schema(self) -> dict: ...


class Toolbox:
    def __init__(self, specs: list[ToolSpec], limit: int = 8):
        self.specs = sorted(specs, key=lambda s: s.name)
        self.limit = limit

    def pick(self, text: str) -> list[dict]:
        words = set(re.findall(r"[a-z]+", text.lower()))
        scored = [(len(words & s.keywords), s.name, s) for s in self.specs]
        best = [s for score, _, s in scored if score > 0][: self.limit]  # want: PFX305
        return [s.schema() for s in best]


def run_turn(box: Toolbox, system: str, messages: list[dict], text: str):
    messages.append({"role": "user", "content": text})
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=2000,
        system=[{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
        tools=box.pick(text),  # want: PFX305
        messages=messages,
    )
    messages.append({"role": "assistant", "content": reply.content})
    return reply
