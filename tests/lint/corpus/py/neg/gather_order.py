"""Results are gathered in the order of the calls."""
import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()


async def loop(messages: list[dict], tools: dict, specs: list[dict]) -> str:
    while True:
        reply = await client.chat.completions.create(model="gpt-5.1", messages=messages, tools=specs)
        message = reply.choices[0].message
        messages.append(message.model_dump(exclude_none=True))
        if not message.tool_calls:
            return message.content
        results = await asyncio.gather(*(tools[c.function.name](c.function.arguments) for c in message.tool_calls))
        for call, result in zip(message.tool_calls, results, strict=True):
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
