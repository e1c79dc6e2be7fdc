import asyncio

import anthropic
from mcp import ClientSession

client = anthropic.AsyncAnthropic()


def to_anthropic(tool) -> dict:
    return {"name": tool.name, "description": tool.description or "", "input_schema": tool.inputSchema}


async def collect(sessions: dict[str, ClientSession]) -> list[dict]:
    results = await asyncio.gather(*(s.list_tools() for s in sessions.values()))
    tools = [to_anthropic(t) for r in results for t in r.tools]
    return sorted(tools, key=lambda t: t["name"])


class Agent:
    def __init__(self, system: str, tools: list[dict]):
        self.system = [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}]
        self.tools = tools

    @classmethod
    async def create(cls, system: str, sessions: dict[str, ClientSession]) -> "Agent":
        return cls(system, await collect(sessions))

    async def step(self, messages: list[dict]):
        return await client.messages.create(
            model="claude-sonnet-4-5", max_tokens=3000, system=self.system, tools=self.tools, messages=messages
        )
