"""Servers are asked at once, and the tools come in the order of the answers."""

import asyncio

from openai import OpenAI

client = OpenAI()


async def tools_of(session) -> list[dict]:
    listed = await session.list_tools()  # want: PFX304 PFX301
    return [{"type": "function", "function": {"name": t.name}} for t in listed.tools]


async def gather_tools(sessions) -> list[dict]:
    tools = []
    for done in asyncio.as_completed([tools_of(s) for s in sessions]):  # want: PFX304 PFX301
        tools.extend(await done)
    return tools


async def ask(sessions, messages: list[dict]):
    return client.chat.completions.create(
        model="gpt-5.1", tools=await gather_tools(sessions), messages=messages
    )
