"""Arguments are parsed for the tool and replayed as they came."""

import json

from openai import OpenAI

client = OpenAI()


def step(messages: list[dict], tools: list[dict], run):
    reply = (
        client.chat.completions.create(model="local", tools=tools, messages=messages)
        .choices[0]
        .message
    )
    messages.append(
        {
            "role": "assistant",
            "content": reply.content,
            "tool_calls": [
                {
                    "id": c.id,
                    "type": "function",
                    "function": {"name": c.function.name, "arguments": c.function.arguments},
                }
                for c in reply.tool_calls
            ],
        }
    )
    for c in reply.tool_calls:
        arguments = json.loads(c.function.arguments)
        messages.append(
            {
                "role": "tool",
                "tool_call_id": c.id,
                "content": json.dumps(run(c.function.name, arguments)),
            }
        )
    return client.chat.completions.create(model="local", tools=tools, messages=messages)
