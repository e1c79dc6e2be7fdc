import asyncio
import time
from collections import deque

from openai import AsyncOpenAI


class Limiter:
    def __init__(self, per_minute: int):
        self.stamps: deque[float] = deque(maxlen=per_minute)

    async def __aenter__(self) -> None:
        if len(self.stamps) == self.stamps.maxlen:
            wait = 60 - (time.monotonic() - self.stamps[0])
            if wait > 0:
                await asyncio.sleep(wait)
        self.stamps.append(time.monotonic())

    async def __aexit__(self, *exc) -> None:
        return None


class Interview:
    def __init__(self, guide: str, limiter: Limiter):
        self.client = AsyncOpenAI()
        self.limiter = limiter
        self.messages = [{"role": "system", "content": guide}]

    async def answer(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        async with self.limiter:
            r = await self.client.chat.completions.create(model="gpt-4.1", messages=self.messages)
        self.messages.append({"role": "assistant", "content": r.choices[0].message.content})
        return self.messages[-1]["content"]
