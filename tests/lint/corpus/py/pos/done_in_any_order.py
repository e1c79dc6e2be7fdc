"""Results of tools go into the history as they are done."""

import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()
SYSTEM = {"role": "system", "content": "Compare offers of power. Cite the tariff. " * 100}


async def call(tool):
    return {"role": "tool", "tool_call_id": tool.id, "content": await tool.run()}


async def loop(question, tools):
    messages = [SYSTEM, {"role": "user", "content": question}]
    for _ in range(6):
        reply = await client.chat.completions.create(model="gpt-5.1", messages=messages)
        message = reply.choices[0].message
        messages.append(message)
        pending = [asyncio.create_task(call(t)) for t in message.tool_calls or []]
        for done in asyncio.as_completed(pending):
            messages.append(await done)  # want: PFX307 PFX207 PFX301
