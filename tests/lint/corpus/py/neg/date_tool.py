"""The clock is a tool, whose result is appended."""

import json
from datetime import datetime

from openai import OpenAI

client = OpenAI()
RULES = "Plan the week. Ask the clock when you need the day. " * 90
TOOLS = [{"type": "function", "function": {"name": "clock", "description": "The time now."}}]


def plan(wish: str):
    messages = [{"role": "system", "content": RULES}, {"role": "user", "content": wish}]
    while True:
        reply = client.chat.completions.create(model="gpt-5.1", messages=messages, tools=TOOLS)
        message = reply.choices[0].message
        messages.append(message)
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            messages.append(
                {
                    "role": "tool",
                    "tool_call_id": call.id,
                    "content": json.dumps({"now": datetime.now().isoformat()}),
                }
            )
