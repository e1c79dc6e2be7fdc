"""Guides are listed in a fixed order, once in the life of the object."""

from functools import cached_property
from pathlib import Path

import anthropic


class Guide:
    def __init__(self, client: anthropic.Anthropic, folder: Path):
        self.client = client
        self.folder = folder

    @cached_property
    def text(self) -> str:
        return "\n\n".join(p.read_text() for p in sorted(self.folder.glob("*.md")))

    def ask(self, history: list[dict], question: str):
        return self.client.messages.create(
            model="claude-sonnet-5",
            max_tokens=500,
            system=[{"type": "text", "text": self.text, "cache_control": {"type": "ephemeral"}}],
            messages=[*history, {"role": "user", "content": question}],
        )
