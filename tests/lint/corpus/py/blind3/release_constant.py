from datetime import date
from pathlib import Path

import anthropic

VERSION = "2025.11.2"
KNOWLEDGE_DATE = date(2025, 10, 31)
HEADER = f"Tax assistant {VERSION}. Law as of {KNOWLEDGE_DATE:%d %B %Y}."
SYSTEM = HEADER + "\n\n" + Path(__file__).with_name("tax_rules.md").read_text()

client = anthropic.AsyncAnthropic()


class TaxChat:
    def __init__(self) -> None:
        self.messages: list[dict] = []

    async def ask(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        reply = await client.messages.create(
            model="claude-opus-4-1",
            max_tokens=1200,
            system=[{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}],
            messages=self.messages,
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        return reply.content[-1].text
