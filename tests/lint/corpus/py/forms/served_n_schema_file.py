import json

from mcp import ClientSession
from openai import AsyncOpenAI

client = AsyncOpenAI()
PREAMBLE = "You can call tools. Write one call per message, then wait for the result. Never invent a tool. " * 25


from pathlib import Path

SCHEMAS = json.loads((Path(__file__).parent / "schemas.json").read_text())


async def listed(session) -> str:
    return "\n".join(f"{name}: {json.dumps(SCHEMAS[name])}" for name in sorted(SCHEMAS))


async def step(session: ClientSession, messages: list[dict]) -> str:
    section = await listed(session)
    head = {"role": "system", "content": f"{PREAMBLE}\n# Tools\n{section}"}
    reply = await client.chat.completions.create(model="gpt-5.6", messages=[head, *messages])
    return reply.choices[0].message.content
