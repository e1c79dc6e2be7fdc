import hashlib
import json

import anthropic

client = anthropic.Anthropic()


class Desk:
    def __init__(self, handlers):
        self.handlers, self.answers = handlers, {}

    def answer(self, block) -> str:
        spelled = json.dumps(block.input, sort_keys=True)
        if spelled not in self.answers:
            self.answers[spelled] = f"{block.name} {spelled}: {self.handlers[block.name](**block.input)}"
        return self.answers[spelled]


def converse(desk: Desk, system: str, messages: list[dict], tools: list[dict]):
    while True:
        reply = client.messages.create(model="claude-sonnet-5", max_tokens=900, system=system, messages=messages, tools=tools)
        messages.append({"role": "assistant", "content": reply.content})
        blocks = [b for b in reply.content if b.type == "tool_use"]
        if not blocks:
            return reply
        results = [{"type": "tool_result", "tool_use_id": b.id, "content": desk.answer(b)} for b in blocks]
        messages.append({"role": "user", "content": results})
