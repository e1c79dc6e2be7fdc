"""A random wait between tries."""

import asyncio
import random

from openai import AsyncOpenAI, RateLimitError

client = AsyncOpenAI()
SYSTEM = {"role": "system", "content": "Correct the spelling and nothing else. " * 100}


async def correct(text: str, tries: int = 5):
    for attempt in range(tries):
        try:
            return await client.chat.completions.create(
                model="gpt-5.1", messages=[SYSTEM, {"role": "user", "content": text}]
            )
        except RateLimitError:
            await asyncio.sleep(2**attempt + random.random())
    raise TimeoutError(f"gave up after {tries}")
