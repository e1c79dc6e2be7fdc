import asyncio
import json
import time

from openai import AsyncOpenAI

client = AsyncOpenAI()
RULES = "Look at the map before you move the train. Say which points you set. " * 60


async def look(section):
    with open(section) as f:
        return f.read()


async def move(train="7"):
    began = time.monotonic()
    proc = await asyncio.create_subprocess_exec("move", train)
    out, _ = await proc.communicate()
    return f"moved after {time.monotonic() - began:.1f} s\n{out.decode()}"


TOOLS = {"look": look, "move": move}


async def execute(call):
    try:
        content = await TOOLS[call.function.name](**json.loads(call.function.arguments))
    except (KeyError, OSError) as exc:
        content = f"{type(exc).__name__}: {exc}"
    return {"role": "tool", "tool_call_id": call.id, "content": content}


async def drive(order, limit=60):
    messages = [{"role": "system", "content": RULES}, {"role": "user", "content": order}]
    for _ in range(limit):
        reply = await client.chat.completions.create(model="gpt-5", messages=messages)
        message = reply.choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message)
        tasks = [asyncio.create_task(execute(c)) for c in message.tool_calls]
        messages.extend([await t for t in tasks])
    return None
