"""Lead then fan."""

import asyncio
from anthropic import AsyncAnthropic
client = AsyncAnthropic()
MANUAL = open("manual.md").read()
async def one(q):
    return await client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=[{"type":"text","text":MANUAL,"cache_control":{"type":"ephemeral"}}], messages=[{"role":"user","content":q}])
async def all_(qs):
    first, *rest = qs
    head = await one(first)
    return [head, *await asyncio.gather(*[one(q) for q in rest])]
