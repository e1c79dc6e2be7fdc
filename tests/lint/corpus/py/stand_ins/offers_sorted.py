import asyncio

import anthropic

client = anthropic.AsyncAnthropic()
RULES = "Book the halls of the school. Never book one twice. Ask for the class. " * 60


class Offers:
    def __init__(self, servers):
        self.servers = servers
        self._known = {}

    async def reload(self, server):
        for tool in (await server.list_tools()).tools:
            self._known.pop(tool.name, None)
            self._known[tool.name] = {
                "name": tool.name, "description": tool.description, "input_schema": tool.inputSchema
            }

    def offers(self):
        return sorted(self._known.values(), key=lambda t: t["name"])


class Porter:
    def __init__(self, offers: Offers):
        self.offers = offers
        self.talk = []

    async def serve(self, text):
        self.talk.append({"role": "user", "content": text})
        r = await client.messages.create(
            model="claude-sonnet-5", max_tokens=500, system=RULES, tools=self.offers.offers(), messages=self.talk
        )
        self.talk.append({"role": "assistant", "content": r.content})
        return r
