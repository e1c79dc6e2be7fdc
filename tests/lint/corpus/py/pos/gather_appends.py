"""Each tool appends its own result when it is done."""
import asyncio

from openai import AsyncOpenAI


class ToolLoop:
    def __init__(self, tools: dict, specs: list[dict]) -> None:
        self.tools = tools
        self.specs = specs
        self.client = AsyncOpenAI()
        self.messages: list[dict] = [{"role": "system", "content": "Use the tools. " * 300}]

    async def _run(self, call) -> None:
        result = await self.tools[call.function.name](call.function.arguments)
        self.messages.append({"role": "tool", "tool_call_id": call.id, "content": result})  # want: PFX307 PFX207 PFX301

    async def turn(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        while True:
            reply = await self.client.chat.completions.create(
                model="gpt-5.1", messages=self.messages, tools=self.specs
            )
            message = reply.choices[0].message
            self.messages.append(message.model_dump(exclude_none=True))
            if not message.tool_calls:
                return message.content
            await asyncio.gather(*(self._run(call) for call in message.tool_calls))
