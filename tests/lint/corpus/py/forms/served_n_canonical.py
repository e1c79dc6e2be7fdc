import json

from mcp import ClientSession
from openai import AsyncOpenAI

client = AsyncOpenAI()
PREAMBLE = "You can call tools. Write one call per message, then wait for the result. Never invent a tool. " * 25


def canonical(schema: dict) -> str:
    return json.dumps(schema, sort_keys=True, separators=(",", ":"))


async def listed(session) -> str:
    tools = sorted((await session.list_tools()).tools, key=lambda t: t.name)
    return "\n".join(f"{t.name}: {canonical(t.inputSchema)}" for t in tools)


async def step(session: ClientSession, messages: list[dict]) -> str:
    section = await listed(session)
    head = {"role": "system", "content": f"{PREAMBLE}\n# Tools\n{section}"}
    reply = await client.chat.completions.create(model="gpt-5.6", messages=[head, *messages])
    return reply.choices[0].message.content
