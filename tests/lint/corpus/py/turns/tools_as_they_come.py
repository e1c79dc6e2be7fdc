import asyncio
from anthropic import AsyncAnthropic

client = AsyncAnthropic()


class Hub:
    def __init__(self, sessions):
        self.sessions = sessions
        self.tools = []

    async def refresh(self):
        self.tools = []
        for done in asyncio.as_completed([s.list_tools() for s in self.sessions]):  # want: PFX304
            listed = await done
            self.tools.extend({"name": t.name, "description": t.description, "input_schema": t.inputSchema} for t in listed.tools)

    async def ask(self, messages):
        return await client.messages.create(model="claude-sonnet-4-5", max_tokens=900, tools=self.tools, messages=messages)
