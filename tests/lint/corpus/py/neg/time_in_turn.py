"""The time goes into the newest user message, and stays as it was sent."""
from dataclasses import dataclass, field
from datetime import datetime

from anthropic import AsyncAnthropic


@dataclass
class Conversation:
    rules: str
    turns: list[dict] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.turns.append({"role": "user", "content": f"({datetime.now():%H:%M}) {text}"})

    async def send(self, client: AsyncAnthropic) -> str:
        reply = await client.messages.create(
            model="claude-sonnet-5",
            max_tokens=500,
            system=[{"type": "text", "text": self.rules, "cache_control": {"type": "ephemeral"}}],
            messages=self.turns,
        )
        self.turns.append({"role": "assistant", "content": reply.content})
        return reply.content[0].text
