import json

from mcp import ClientSession
from openai import AsyncOpenAI

client = AsyncOpenAI()
PREAMBLE = "You can call tools. Write one call per message, then wait for the result. Never invent a tool. " * 25


TOOLS = [
    {"name": "search", "parameters": {"type": "object", "properties": {"words": {"type": "string"}}}},
    {"name": "read", "parameters": {"type": "object", "properties": {"page": {"type": "integer"}}}},
]


async def listed(session) -> str:
    return "\n".join(f"{t['name']}: {json.dumps(t['parameters'])}" for t in TOOLS)


async def step(session: ClientSession, messages: list[dict]) -> str:
    section = await listed(session)
    head = {"role": "system", "content": f"{PREAMBLE}\n# Tools\n{section}"}
    reply = await client.chat.completions.create(model="gpt-5.6", messages=[head, *messages])
    return reply.choices[0].message.content
