"""A limiter that looks at the clock, a breaker that counts."""
import asyncio
import time

from openai import AsyncOpenAI


class Limiter:
    def __init__(self, rate: float) -> None:
        self.rate, self.last, self.failures = rate, 0.0, 0

    async def wait(self) -> None:
        pause = self.last + 1 / self.rate - time.monotonic()
        if pause > 0:
            await asyncio.sleep(pause)
        self.last = time.monotonic()


class Client:
    def __init__(self, system: str) -> None:
        self.api, self.limiter, self.system = AsyncOpenAI(), Limiter(2.0), system

    async def ask(self, text: str) -> str:
        await self.limiter.wait()
        try:
            reply = await self.api.chat.completions.create(
                model="gpt-5.1",
                messages=[{"role": "system", "content": self.system}, {"role": "user", "content": text}],
            )
        except Exception:
            self.limiter.failures += 1
            raise
        return reply.choices[0].message.content
