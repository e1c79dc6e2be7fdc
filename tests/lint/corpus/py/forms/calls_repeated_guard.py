import hashlib
import json
import logging

from openai import OpenAI

client = OpenAI(base_url="http://vllm:8000/v1", api_key="none")
log = logging.getLogger("calls")


class Guard:
    def __init__(self):
        self.last = ""

    def repeated(self, call) -> bool:
        now = call.function.name + json.dumps(json.loads(call.function.arguments), sort_keys=True)
        is_same, self.last = now == self.last, now
        return is_same


def perform(guard, by_name, call) -> str:
    if guard.repeated(call):
        return "You made the same call before; its result stands above."
    return by_name[call.function.name](**json.loads(call.function.arguments))


def converse(guard, by_name, messages: list[dict], tools: list[dict]) -> str:
    for _ in range(20):
        message = client.chat.completions.create(model="default", messages=messages, tools=tools).choices[0].message
        messages.append(message.model_dump(exclude_none=True))
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": perform(guard, by_name, call)})
    raise RuntimeError("too many rounds")
