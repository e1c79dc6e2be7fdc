"""A worker takes jobs from an asyncio queue and keeps the newest messages only."""

import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()
SYSTEM = {"role": "system", "content": "You moderate a forum about bees. Be kind. " * 90}
LIMIT = 24


class Room:
    def __init__(self):
        self.messages: list[dict[str, str]] = []

    def add(self, role, content):
        self.messages.append({"role": role, "content": content})
        while len(self.messages) > LIMIT:
            self.messages.pop(0)  # want: PFX207

    def payload(self):
        return [SYSTEM, *self.messages]


async def worker(queue: asyncio.Queue, rooms: dict[str, Room]):
    while True:
        room_id, text = await queue.get()
        room = rooms[room_id]
        room.add("user", text)
        out = await client.chat.completions.create(model="gpt-5.1", messages=room.payload())
        room.add("assistant", out.choices[0].message.content)
        queue.task_done()
