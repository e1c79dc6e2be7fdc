import json
from datetime import datetime

from openai import OpenAI

TOOLS = [
    {"type": "function", "function": {"name": "now", "description": "The time.", "parameters": {}}}
]


def now(**_: object) -> str:
    return datetime.now().isoformat()


HANDLERS = {"now": now}


def run(messages: list[dict]) -> str:
    client = OpenAI()
    while True:
        message = (
            client.chat.completions.create(model="gpt-5.1", messages=messages, tools=TOOLS)
            .choices[0]
            .message
        )
        messages.append(message)
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            value = HANDLERS[call.function.name](**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": value})
