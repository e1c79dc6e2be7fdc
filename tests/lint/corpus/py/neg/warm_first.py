"""One call first, the others when its prefix is readable."""
import asyncio

from anthropic import AsyncAnthropic

client = AsyncAnthropic()
BOOK = [{"type": "text", "text": "Code 1: praise. Code 2: complaint. " * 150, "cache_control": {"type": "ephemeral"}}]


async def one(text: str) -> str:
    reply = await client.messages.create(
        model="claude-sonnet-5", max_tokens=5, system=BOOK, messages=[{"role": "user", "content": text}]
    )
    return reply.content[0].text


async def every(texts: list[str]) -> list[str]:
    if not texts:
        return []
    head, *tail = texts
    first = await one(head)
    return [first, *await asyncio.gather(*map(one, tail))]
