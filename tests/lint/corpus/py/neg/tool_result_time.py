"""A tool tells the time; its result is stored as it was."""

from datetime import datetime

from openai import OpenAI

client = OpenAI()
SYSTEM = "Keep appointments. " * 90


def run(call) -> str:
    return datetime.now().isoformat()


def loop(messages: list[dict], tools: list[dict]):
    while True:
        r = client.chat.completions.create(model="gpt-5.1", tools=tools, messages=messages)
        message = r.choices[0].message
        messages.append(message.model_dump(exclude_none=True))
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": run(call)})
