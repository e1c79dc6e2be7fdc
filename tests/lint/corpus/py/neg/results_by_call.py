"""Tools run side by side, and their results are stored in the order of the calls."""

import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()
RULES = "Look things up before you answer. " * 80


async def run(call) -> dict:
    await asyncio.sleep(0)
    return {"role": "tool", "tool_call_id": call.id, "content": call.function.name}


async def turn(history: list[dict], text: str):
    history.append({"role": "user", "content": text})
    reply = await client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *history]
    )
    message = reply.choices[0].message
    history.append(message)
    done = {}
    for task in asyncio.as_completed([run(c) for c in message.tool_calls or []]):
        result = await task
        done[result["tool_call_id"]] = result
    history.extend(done[c.id] for c in message.tool_calls or [])
    return history
