"""TaskGroup over chapters with cached system."""

import asyncio, anthropic
client = anthropic.AsyncAnthropic()
BOOK = open("book.txt").read()
async def ask(q):
    return await client.messages.create(model="claude-sonnet-5", max_tokens=9, system=[{"type":"text","text":"You know the book."},{"type":"text","text":BOOK,"cache_control":{"type":"ephemeral"}}], messages=[{"role":"user","content":q}])
async def many(qs):
    async with asyncio.TaskGroup() as g:
        tasks = [g.create_task(ask(q)) for q in qs]  # want: PFX701
    return [t.result() for t in tasks]
