import asyncio
from openai import AsyncOpenAI

client = AsyncOpenAI()


class Turn:
    def __init__(self, table):
        self.table = table
        self.outputs: list[dict] = []

    def _finished(self, task):
        self.outputs.append({"type": "function_call_output", "call_id": task.get_name(), "output": task.result()})  # want: PFX307 PFX207 PFX301

    def start(self, call):
        task = asyncio.create_task(self.table[call.name](call.arguments), name=call.call_id)
        task.add_done_callback(self._finished)
        return task

    async def run(self, items: list, calls):
        tasks = [self.start(call) for call in calls]
        await asyncio.wait(tasks)
        return await client.responses.create(model="gpt-5", input=items + self.outputs)
