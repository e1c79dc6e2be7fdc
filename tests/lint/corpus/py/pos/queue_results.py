"""Workers put results into a queue; the order is that of finishing."""
import asyncio
import json

import litellm

PROMPT = "Answer from the results of the tools alone. " * 100


async def collect(calls, run) -> list[dict]:
    queue: asyncio.Queue = asyncio.Queue()

    async def work(call) -> None:
        await queue.put((call["id"], await run(call)))  # want: PFX307 PFX207 PFX301

    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(work(call))
    found = []
    while not queue.empty():
        ident, value = queue.get_nowait()  # want: PFX307 PFX207 PFX301
        found.append({"role": "tool", "tool_call_id": ident, "content": json.dumps(value)})
    return found


async def chat(messages: list[dict], run):
    while True:
        reply = await litellm.acompletion(
            model="openai/gpt-5.1", messages=[{"role": "system", "content": PROMPT}, *messages]
        )
        message = reply.choices[0].message
        messages.append(message.model_dump())
        if not message.tool_calls:
            return message.content
        messages.extend(await collect(message.model_dump()["tool_calls"], run))
