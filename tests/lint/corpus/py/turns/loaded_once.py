import asyncio
from openai import AsyncOpenAI

client = AsyncOpenAI()


class Prompts:
    def __init__(self, store):
        self.store = store
        self.system = ""

    async def load(self):
        self.system = await self.store.read("system")

    async def watch(self):
        while True:
            await self.load()
            await asyncio.sleep(300)


class Desk:
    def __init__(self, prompts: Prompts):
        self.prompts = prompts
        self.log = []
        self._ready = False
        self.tools = []

    async def _ensure(self):
        if self._ready:
            return
        await self.prompts.load()
        self.tools = sorted(await self.fetch_tools(), key=lambda t: t["name"])
        self._ready = True

    async def fetch_tools(self):
        return [{"type": "function", "function": {"name": "a", "parameters": {}}}]

    async def say(self, text):
        await self._ensure()
        self.log.append({"role": "user", "content": text})
        r = await client.chat.completions.create(model="gpt-4.1", tools=self.tools, messages=[{"role": "system", "content": self.prompts.system + "Be brief. Be kind. Never guess. Ask when unsure. Name sources. Use plain words alone."}, *self.log])
        self.last_reply = r.choices[0].message.content
        self.log.append({"role": "assistant", "content": self.last_reply})
        return self.last_reply
