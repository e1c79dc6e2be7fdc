"""A copy is shortened for the screen, the model gets all."""
from copy import deepcopy

from anthropic import Anthropic


class Screen:
    def __init__(self, rules: str) -> None:
        self.rules = rules
        self.messages: list[dict] = []

    def lines(self) -> list[str]:
        shown = deepcopy(self.messages[-10:])
        for message in shown:
            message["content"] = str(message["content"])[:80]
        return [f"{m['role']}: {m['content']}" for m in shown]

    def ask(self, text: str):
        self.messages.append({"role": "user", "content": text})
        reply = Anthropic().messages.create(
            model="claude-sonnet-5", max_tokens=300, system=self.rules, messages=self.messages
        )
        self.messages.append({"role": "assistant", "content": reply.content})
        print("\n".join(self.lines()))
        return reply
