"""Tools via asyncio.as_completed in start."""

import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI()
SYS = "For h13 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Office:
    def __init__(self, servers): self.servers, self.tools = servers, []
    async def start(self):
        for done in asyncio.as_completed([s.list_tools() for s in self.servers]):  # want: PFX304 PFX301
            self.tools += (await done).tools
    async def turn(self, log): return await client.chat.completions.create(model="gpt-5.1", tools=self.tools, messages=[{"role":"system","content":SYS}, *log])
