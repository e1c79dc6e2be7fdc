"""Tools of a server that comes back stand at the end of the list."""

from openai import OpenAI

client = OpenAI()


class Registry:
    def __init__(self):
        self.tools: list[dict] = []

    async def connect(self, server, session):
        found = await session.list_tools()
        self.tools = [t for t in self.tools if t["server"] != server]  # want: PFX304 PFX305 PFX301
        self.tools.extend(
            {"server": server, "name": t.name} for t in found.tools
        )  # want: PFX304 PFX305 PFX301

    def ask(self, messages: list[dict]):
        return client.chat.completions.create(model="gpt-5.1", tools=self.tools, messages=messages)
