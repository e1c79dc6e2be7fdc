"""Concurrent dict insertion order used in system prompt."""

import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI()
SYS = "For c26 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
async def load(name, out, http):
    r = await http.get(f"/docs/{name}")
    out[name] = r.text  # want: PFX301
async def ask(names, http, q):
    out = {}
    await asyncio.gather(*[load(n, out, http) for n in names])
    body = "\n".join(out.values())
    return await client.responses.create(model="gpt-5.1", instructions=SYS + body, input=q)
