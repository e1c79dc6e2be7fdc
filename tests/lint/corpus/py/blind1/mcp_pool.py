from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import litellm
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


class ToolPool:
    def __init__(self, servers: dict[str, StdioServerParameters]):
        self.servers = servers
        self.stack = AsyncExitStack()
        self.tools: list[dict] = []

    async def _connect(self, name: str, params: StdioServerParameters) -> list[dict]:
        read, write = await self.stack.enter_async_context(stdio_client(params))
        session = await self.stack.enter_async_context(ClientSession(read, write))
        await session.initialize()
        listed = await session.list_tools()
        return [
            {"type": "function", "function": {"name": f"{name}__{t.name}", "description": t.description, "parameters": t.inputSchema}}
            for t in listed.tools
        ]

    async def open(self) -> "ToolPool":
        pending = [asyncio.ensure_future(self._connect(n, p)) for n, p in self.servers.items()]
        for done in asyncio.as_completed(pending):  # want: PFX304 PFX301
            self.tools.extend(await done)
        return self


async def chat(pool: ToolPool, messages: list[dict]):
    return await litellm.acompletion(model="anthropic/claude-sonnet-4-5", messages=messages, tools=pool.tools)  # want: PFX304 PFX301
