"""An async generator that streams, and forgets the oldest message each turn."""
from collections.abc import AsyncIterator

from openai import AsyncOpenAI

client = AsyncOpenAI()


class Stream:
    limit = 20

    def __init__(self, persona: str) -> None:
        self.persona = persona
        self.history: list[dict] = []

    def _remember(self, role: str, content: str) -> None:
        self.history.append({"role": role, "content": content})
        self.history = self.history[-self.limit :]  # want: PFX207

    async def talk(self, text: str) -> AsyncIterator[str]:
        self._remember("user", text)
        pieces: list[str] = []
        events = await client.chat.completions.create(
            model="gpt-5.1",
            stream=True,
            messages=[{"role": "system", "content": self.persona}, *self.history],
        )
        async for event in events:
            if piece := event.choices[0].delta.content:
                pieces.append(piece)
                yield piece
        self._remember("assistant", "".join(pieces))
