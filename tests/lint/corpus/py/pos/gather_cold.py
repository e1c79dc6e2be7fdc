"""A whole list at once, before anything is in the cache."""
import asyncio

from anthropic import AsyncAnthropic

client = AsyncAnthropic()
CODEBOOK = "Code 1: praise. Code 2: complaint. Code 3: question. " * 120


async def code_one(text: str) -> str:
    message = await client.messages.create(
        model="claude-sonnet-5",
        max_tokens=5,
        system=[{"type": "text", "text": CODEBOOK, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": text}],
    )
    return message.content[0].text


async def code_all(texts: list[str]) -> list[str]:
    limit = asyncio.Semaphore(16)

    async def bounded(text: str) -> str:
        async with limit:
            return await code_one(text)

    return await asyncio.gather(*[bounded(text) for text in texts])  # want: PFX701
