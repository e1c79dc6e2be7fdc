"""Gather keeps order."""

import asyncio, json
from openai import AsyncOpenAI
client = AsyncOpenAI()
SYSTEM = "For a11 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
async def run_tool(call, registry):
    fn = registry[call.function.name]
    out = await fn(**json.loads(call.function.arguments))
    return {"role": "tool", "tool_call_id": call.id, "content": str(out)}
async def turn(history, registry):
    r = await client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *history])
    msg = r.choices[0].message
    history.append(msg)
    history.extend(await asyncio.gather(*(run_tool(c, registry) for c in msg.tool_calls or [])))
