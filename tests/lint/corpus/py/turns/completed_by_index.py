import asyncio
from anthropic import AsyncAnthropic

client = AsyncAnthropic()


class Pool:
    def __init__(self, sessions):
        self.sessions = sessions
        self.found = {}
        self.tools = []

    async def _one(self, number, session):
        listed = await session.list_tools()
        return number, [{"name": t.name, "input_schema": t.inputSchema} for t in listed.tools]

    async def load(self):
        for done in asyncio.as_completed([self._one(n, s) for n, s in enumerate(self.sessions)]):
            number, tools = await done
            self.found[number] = tools
        self.tools = sorted((t for n in sorted(self.found) for t in self.found[n]), key=lambda t: t["name"])

    async def ask(self, messages):
        return await client.messages.create(model="claude-sonnet-4-5", max_tokens=500, tools=self.tools, messages=messages)
