"""Conversation store on Postgres; JSONB does not keep the bytes of the model."""
import json

import asyncpg
from openai import AsyncOpenAI

client = AsyncOpenAI(base_url="http://sglang:30000/v1", api_key="EMPTY")


async def save_call(pool: asyncpg.Pool, conv: str, call) -> None:
    parsed = json.loads(call.function.arguments)
    await pool.execute(
        "INSERT INTO calls(conv, call_id, name, args) VALUES ($1, $2, $3, $4)",
        conv, call.id, call.function.name, parsed,
    )


def as_message(row: asyncpg.Record) -> dict:
    function = {"name": row["name"], "arguments": json.dumps(row["args"])}  # want: PFX303
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": row["call_id"], "type": "function", "function": function}],
    }


async def replay(pool: asyncpg.Pool, conv: str, system: str) -> list[dict]:
    rows = await pool.fetch("SELECT * FROM calls WHERE conv = $1 ORDER BY id", conv)
    messages = [{"role": "system", "content": system}]
    for row in rows:
        messages.append(as_message(row))
        messages.append({"role": "tool", "tool_call_id": row["call_id"], "content": row["result"]})
    return messages


async def proceed(pool, conv: str, system: str, tools: list[dict]):
    messages = await replay(pool, conv, system)  # want: PFX303
    return await client.chat.completions.create(model="qwen", messages=messages, tools=tools)
