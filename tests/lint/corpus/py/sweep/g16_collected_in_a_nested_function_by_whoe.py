"""Collected in a nested function, by whoever answers first."""

import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI()
HEAD = "For g16 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
async def gather_tools(servers):
    found = []
    async def ask(server):
        answer = await server.list_tools()
        found.extend({"type": "function", "function": {"name": t.name}} for t in answer.tools)  # want: PFX304 PFX301
    async with asyncio.TaskGroup() as group:
        for server in servers:
            group.create_task(ask(server))
    return found
class Desk:
    def __init__(self, servers):
        self.servers, self.tools = servers, []
    async def connect(self):
        self.tools = await gather_tools(self.servers)
    async def say(self, log):
        return await client.chat.completions.create(model="gpt-5.1", tools=self.tools, messages=[{"role": "system", "content": HEAD}, *log])
