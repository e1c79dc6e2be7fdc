"""Arguments are parsed for the tool and replayed as they came."""
import json

from openai import OpenAI

client = OpenAI(base_url="http://localhost:8000/v1", api_key="none")


def loop(messages: list[dict], specs: list[dict], tools: dict):
    while True:
        message = client.chat.completions.create(model="qwen3-32b", messages=messages, tools=specs).choices[0].message
        messages.append(
            {
                "role": "assistant",
                "content": message.content,
                "tool_calls": [
                    {"id": c.id, "type": "function", "function": {"name": c.function.name, "arguments": c.function.arguments}}
                    for c in message.tool_calls or []
                ],
            }
        )
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            value = tools[call.function.name](**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(value)})
