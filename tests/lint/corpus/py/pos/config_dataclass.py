"""An async agent whose settings are a dataclass; the prompt is a property of them."""
from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timezone

from anthropic import AsyncAnthropic

PLAYBOOK = "Always confirm the order number before you touch an order. " * 90


@dataclass(slots=True)
class AgentConfig:
    model: str = "claude-sonnet-5"
    locale: str = "en"
    tags: list[str] = field(default_factory=list)

    @property
    def preamble(self) -> str:
        moment = datetime.now(timezone.utc)  # want: PFX101 PFX201 PFX602
        return f"Clock: {moment.isoformat(timespec='seconds')}\n\n{PLAYBOOK}"


class OrderAgent:
    def __init__(self, config: AgentConfig | None = None) -> None:
        self.config = config or AgentConfig()
        self._client = AsyncAnthropic()
        self._turns: list[dict] = []

    async def reply(self, text: str) -> str:
        self._turns.append({"role": "user", "content": text})
        message = await self._client.messages.create(
            model=self.config.model,
            max_tokens=800,
            system=[{"type": "text", "text": self.config.preamble, "cache_control": {"type": "ephemeral"}}],
            messages=self._turns,
        )
        answer = message.content[0].text
        self._turns.append({"role": "assistant", "content": answer})
        return answer


asyncio.run(OrderAgent().reply("Where is 4711?"))
