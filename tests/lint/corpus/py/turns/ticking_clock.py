import asyncio
from datetime import datetime
from openai import AsyncOpenAI

client = AsyncOpenAI()
BODY = "You answer at the desk of a station. Give platform, minute and changes. Never promise a connection. Read the boards with the tool. " * 4


class Clock:
    def __init__(self):
        self.text = ""

    async def tick(self):
        while True:
            self.text = datetime.now().strftime("%H:%M")  # want: PFX101
            await asyncio.sleep(10)


class Desk:
    def __init__(self, clock: Clock):
        self.clock = clock
        self.log = []

    async def say(self, text):
        self.log.append({"role": "user", "content": text})
        return await client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": f"{self.clock.text}\n{BODY}"}, *self.log])
