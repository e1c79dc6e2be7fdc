"""Every task appends its result when it ends."""

import asyncio

from openai import OpenAI

client = OpenAI()


async def run_call(call, run, messages: list[dict]):
    result = await run(call)
    messages.append(
        {"role": "tool", "tool_call_id": call.id, "content": result}
    )  # want: PFX301 PFX307 PFX207


async def step(messages: list[dict], tools: list[dict], run):
    reply = (
        client.chat.completions.create(model="gpt-5.1", tools=tools, messages=messages)
        .choices[0]
        .message
    )
    messages.append(reply.model_dump(exclude_none=True))
    await asyncio.gather(*[run_call(c, run, messages) for c in reply.tool_calls or []])
    return client.chat.completions.create(model="gpt-5.1", tools=tools, messages=messages)
