"""A support bot whose prompt sections come from methods listed in a tuple."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import openai

POLICY = "Refunds take five working days. Never promise a date. Escalate angry customers. " * 60


@dataclass
class Bot:
    client: openai.AsyncOpenAI
    locale: str = "en"
    turns: list[dict] = field(default_factory=list)

    def _identity(self) -> str:
        return f"You answer in {self.locale}."

    def _calendar(self) -> str:
        now = dt.datetime.now(tz=dt.UTC)  # want: PFX101
        return f"Local time: {now:%A %H:%M}"

    def _policy(self) -> str:
        return POLICY

    @property
    def system_prompt(self) -> str:
        sections = (self._identity, self._calendar, self._policy)
        return "\n\n".join(section() for section in sections)

    async def reply(self, text: str) -> str:
        self.turns.append({"role": "user", "content": text})
        answer = await self.client.chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": self.system_prompt}, *self.turns],
        )
        said = answer.choices[0].message.content
        self.turns.append({"role": "assistant", "content": said})
        return said
