import json

from mcp import ClientSession
from openai import AsyncOpenAI

client = AsyncOpenAI()
PREAMBLE = "You can call tools. Write one call per message, then wait for the result. Never invent a tool. " * 25


from pydantic import BaseModel


class Search(BaseModel):
    words: str
    limit: int = 10


class Read(BaseModel):
    page: int


async def listed(session) -> str:
    return "\n".join(f"{m.__name__}: {json.dumps(m.model_json_schema())}" for m in (Search, Read))


async def step(session: ClientSession, messages: list[dict]) -> str:
    section = await listed(session)
    head = {"role": "system", "content": f"{PREAMBLE}\n# Tools\n{section}"}
    reply = await client.chat.completions.create(model="gpt-5.6", messages=[head, *messages])
    return reply.choices[0].message.content
