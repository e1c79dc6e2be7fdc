"""Gather cold over long prefix."""

import asyncio
from anthropic import AsyncAnthropic
client = AsyncAnthropic()
MANUAL = open("manual.md").read()
async def one(q):
    return await client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=[{"type":"text","text":MANUAL,"cache_control":{"type":"ephemeral"}}], messages=[{"role":"user","content":q}])
async def all_(qs):
    return await asyncio.gather(*[one(q) for q in qs])  # want: PFX701
