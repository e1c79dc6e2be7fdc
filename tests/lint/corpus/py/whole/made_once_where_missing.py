"""The tools are read once, where they are found to be missing."""

import json
from pathlib import Path

import anthropic

client = anthropic.Anthropic()
GUIDE = "You route parcels of a mountain post. The upper villages are served on Mondays and Fridays. " * 90


class Router:
    def __init__(self):
        self.known = None
        self.messages: list[dict] = []

    def tools(self) -> list[dict]:
        if self.known is not None:
            return self.known
        self.known = self.known or json.loads(Path("tools.json").read_text())
        return self.known

    def route(self, text: str):
        self.messages.append({"role": "user", "content": text})
        answer = client.messages.create(
            model="claude-sonnet-5",
            max_tokens=900,
            system=[{"type": "text", "text": GUIDE, "cache_control": {"type": "ephemeral"}}],
            tools=self.tools(),
            messages=self.messages,
        )
        self.messages.append({"role": "assistant", "content": answer.content})
        return answer
