"""Gather over distinct programs."""

import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI()
A = "For n26 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
B = "For n26 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40 + "b"
async def call(system, q): return await client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":system},{"role":"user","content":q}])
async def both(q): return await asyncio.gather(call(A, q), call(B, q))
