"""Results keyed by id, read in call order."""

import asyncio, json
from openai import AsyncOpenAI
client = AsyncOpenAI()
HEAD = "For n04 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Agent:
    def __init__(self, registry): self.registry, self.results, self.log = registry, {}, []
    async def one(self, c):
        out = await self.registry[c.function.name](**json.loads(c.function.arguments))
        self.results[c.id] = out
    async def step(self):
        m = (await client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *self.log])).choices[0].message
        self.log.append(m)
        await asyncio.gather(*(self.one(c) for c in m.tool_calls or []))
        for c in m.tool_calls or []:
            self.log.append({"role":"tool","tool_call_id":c.id,"content":self.results[c.id]})
