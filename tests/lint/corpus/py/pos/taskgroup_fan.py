"""A task group starts all judges at once over one long text."""

import asyncio

from anthropic import AsyncAnthropic

client = AsyncAnthropic()
RUBRIC = "Judge clarity, then order, then tone. Give each a number and a reason. " * 90


async def judge(essay: str, aspect: str):
    return await client.messages.create(
        model="claude-sonnet-5",
        max_tokens=300,
        system=[{"type": "text", "text": RUBRIC, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": f"{essay}\n\nAspect: {aspect}"}],
    )


async def all_aspects(essay: str, aspects: list[str]):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(judge(essay, a)) for a in aspects]  # want: PFX701
    return [t.result() for t in tasks]
