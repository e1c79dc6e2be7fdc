"""Mcp tools order by servers in as_completed."""

import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI()
SYSTEM = "For a06 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Hub:
    def __init__(self, servers):
        self.servers = servers
        self.tools = []
    async def connect(self, server):
        await server.initialize()
        listing = await server.list_tools()
        for t in listing.tools:  # want: PFX304 PFX301
            self.tools.append({"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.inputSchema}})
    async def start(self):
        async with asyncio.TaskGroup() as tg:
            for s in self.servers:
                tg.create_task(self.connect(s))
async def ask(hub: Hub, messages):
    return await client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *messages], tools=hub.tools)
