from anthropic import AsyncAnthropic

client = AsyncAnthropic()
HEAD = "You file papers. Name the drawer. Never throw one away. " * 30


class Filer:
    def __init__(self, server):
        self.server = server
        self.tools = []
        self.messages = []
        self.turns = 0
        self.last_error = ""

    async def _refresh(self):
        listed = await self.server.list_tools()
        self.tools = sorted(({"name": t.name, "input_schema": t.inputSchema} for t in listed.tools), key=lambda t: t["name"])

    async def say(self, text):
        await self._refresh()
        self.turns += 1
        self.messages.append({"role": "user", "content": text})
        try:
            r = await client.messages.create(model="claude-sonnet-4-5", max_tokens=500, system=HEAD, tools=self.tools, messages=self.messages, metadata={"turn": self.turns})
        except Exception as error:
            self.last_error = str(error)
            raise
        self.messages.append({"role": "assistant", "content": r.content})
        return r
