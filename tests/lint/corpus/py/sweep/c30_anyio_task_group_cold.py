"""Anyio task group cold."""

import anyio, anthropic
client = anthropic.AsyncAnthropic()
SYS = "For c30 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
async def one(q, out):
    out.append(await client.messages.create(model="claude-sonnet-4-5", max_tokens=9, system=[{"type":"text","text":SYS,"cache_control":{"type":"ephemeral"}}], messages=[{"role":"user","content":q}]))
async def all_(qs):
    out = []
    async with anyio.create_task_group() as tg:
        for q in qs:
            tg.start_soon(one, q, out)  # want: PFX701
    return out
