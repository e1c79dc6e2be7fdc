"""One call warms the cache, the others follow."""

import asyncio

from anthropic import AsyncAnthropic

client = AsyncAnthropic()
RUBRIC = "Judge clarity, then order, then tone. " * 120


async def judge(aspect: str, essay: str):
    return await client.messages.create(
        model="claude-sonnet-5",
        max_tokens=300,
        system=[{"type": "text", "text": RUBRIC, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": f"{essay}\n\n{aspect}"}],
    )


async def judge_all(essay: str, aspects: list[str]):
    head, *rest = aspects
    first = await judge(head, essay)
    return [first, *await asyncio.gather(*(judge(a, essay) for a in rest))]
