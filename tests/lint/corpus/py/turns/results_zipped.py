import asyncio
import json
from anthropic import AsyncAnthropic

client = AsyncAnthropic()


async def loop(messages, tools, run):
    while True:
        r = await client.messages.create(model="claude-sonnet-4-5", max_tokens=900, tools=tools, messages=messages)
        messages.append({"role": "assistant", "content": r.content})
        calls = [b for b in r.content if b.type == "tool_use"]
        if not calls:
            return r
        values = await asyncio.gather(*(run(c.name, c.input) for c in calls))
        messages.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": c.id, "content": json.dumps(v)} for c, v in zip(calls, values)]})
