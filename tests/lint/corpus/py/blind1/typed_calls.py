"""Warehouse agent on a vLLM server. Tool calls are validated before they run."""
from typing import Literal

from openai import OpenAI
from pydantic import BaseModel, TypeAdapter

client = OpenAI(base_url="http://vllm.internal:8000/v1", api_key="none")


class Move(BaseModel):
    bin_from: str
    bin_to: str
    quantity: int = 1
    reason: Literal["pick", "replenish", "audit"] = "pick"


class Count(BaseModel):
    bin: str
    blind: bool = False


MODELS: dict[str, type[BaseModel]] = {"move": Move, "count": Count}


def validated(call) -> BaseModel:
    return MODELS[call.function.name].model_validate_json(call.function.arguments)


def remember(messages: list[dict], message) -> list[BaseModel]:
    actions = [validated(c) for c in message.tool_calls or []]
    calls = [
        {"id": c.id, "type": "function", "function": {"name": c.function.name, "arguments": a.model_dump_json()}}  # want: PFX303
        for c, a in zip(message.tool_calls or [], actions)
    ]
    messages.append({"role": "assistant", "content": message.content or "", "tool_calls": calls})
    return actions


def step(messages: list[dict], tools: list[dict], warehouse) -> bool:
    message = client.chat.completions.create(model="qwen3-32b", messages=messages, tools=tools).choices[0].message  # want: PFX303
    if not message.tool_calls:
        messages.append({"role": "assistant", "content": message.content})
        return False
    for call, action in zip(message.tool_calls, remember(messages, message)):
        messages.append({"role": "tool", "tool_call_id": call.id, "content": warehouse.apply(action)})
    return True
