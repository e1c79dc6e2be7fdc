"""Tools in order of first connection, dict of servers."""

import asyncio
import anthropic
client = anthropic.AsyncAnthropic()
SYSTEM = [{"type": "text", "text": "For d01 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40, "cache_control": {"type": "ephemeral"}}]
class Hub:
    def __init__(self):
        self.tools: dict[str, dict] = {}
    async def attach(self, server):
        async for tool in server.tools():
            self.tools[tool["name"]] = tool  # want: PFX304 PFX305 PFX301
    async def start(self, servers):
        await asyncio.gather(*(self.attach(s) for s in servers))
    async def step(self, messages):
        return await client.messages.create(model="claude-sonnet-5", max_tokens=9, system=SYSTEM, tools=list(self.tools.values()), messages=messages)
