"""Tools of all servers, sorted by name."""
import asyncio

import litellm


async def specs(sessions) -> list[dict]:
    listed = await asyncio.gather(*(session.list_tools() for session in sessions))
    tools = [tool for answer in listed for tool in answer.tools]
    return [
        {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.inputSchema}}
        for t in sorted(tools, key=lambda t: t.name)
    ]


async def ask(sessions, messages: list[dict]):
    return await litellm.acompletion(model="openai/gpt-5.1", messages=messages, tools=await specs(sessions))
