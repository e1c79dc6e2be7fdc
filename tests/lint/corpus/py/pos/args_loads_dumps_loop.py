"""Tool calls are kept as parsed objects and written out again for each request."""

import json

from openai import OpenAI

client = OpenAI()
SYSTEM = "You book rooms. Ask for the number of guests first. " * 80


class Call:
    def __init__(self, raw):
        self.id = raw.id
        self.name = raw.function.name
        self.args = json.loads(raw.function.arguments)

    def wire(self):
        return {
            "id": self.id,
            "type": "function",
            "function": {"name": self.name, "arguments": json.dumps(self.args)},  # want: PFX303
        }


def step(state):
    messages = [{"role": "system", "content": SYSTEM}]
    for item in state:
        if isinstance(item, list):
            messages.append({"role": "assistant", "tool_calls": [c.wire() for c in item]})
        else:
            messages.append(item)
    reply = client.chat.completions.create(model="gpt-5.1", messages=messages).choices[0].message
    if reply.tool_calls:
        state.append([Call(raw) for raw in reply.tool_calls])
    return reply
