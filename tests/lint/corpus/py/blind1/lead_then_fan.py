import asyncio
from pathlib import Path

from anthropic import AsyncAnthropic

client = AsyncAnthropic()
SCHEME = Path("schemes/icd_hints.md").read_text()


async def code_one(note: str) -> str:
    reply = await client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=150,
        system=[{"type": "text", "text": SCHEME, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": note}],
    )
    return reply.content[0].text


async def code_all(notes: list[str]) -> list[str]:
    if not notes:
        return []
    first = await code_one(notes[0])
    rest = await asyncio.gather(*(code_one(n) for n in notes[1:]))
    return [first, *rest]
