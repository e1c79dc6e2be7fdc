"""Results of `gather` are in the order of the calls."""

import asyncio

from openai import OpenAI

client = OpenAI()


async def step(messages: list[dict], calls, run):
    results = await asyncio.gather(*[run(c) for c in calls])
    for call, result in zip(calls, results):
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
