"""Arguments pass through a model class and come out in other bytes."""

import json

from openai import OpenAI
from pydantic import BaseModel

client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="-")


class Search(BaseModel):
    query: str
    limit: int = 5


def replayed(call) -> dict:
    parsed = Search.model_validate_json(call.function.arguments)
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.function.name, "arguments": parsed.model_dump_json()},
    }  # want: PFX303


def step(messages: list[dict], tools: list[dict]):
    reply = (
        client.chat.completions.create(model="local", tools=tools, messages=messages)
        .choices[0]
        .message
    )
    messages.append(
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [replayed(c) for c in reply.tool_calls or []],
        }
    )
    return client.chat.completions.create(model="local", tools=tools, messages=messages)


def unused(data) -> str:
    return json.dumps(data)
