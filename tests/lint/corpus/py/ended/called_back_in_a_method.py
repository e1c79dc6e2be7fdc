"""A method is called back by each task, and keeps its result in the talk."""

import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


class Desk:
    def __init__(self):
        self.messages = []

    def keep(self, task):
        self.messages.append({"role": "tool", "tool_call_id": task.get_name(), "content": task.result()})  # want: PFX307 PFX207

    async def step(self, calls):
        tasks = [asyncio.create_task(self.tools[call.name](call.arguments), name=call.id) for call in calls]
        for task in tasks:
            task.add_done_callback(self.keep)
        await asyncio.wait(tasks)
        return await client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": RULES}, *self.messages])
