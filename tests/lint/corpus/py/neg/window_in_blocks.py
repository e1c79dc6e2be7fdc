"""The window moves in blocks of twenty messages."""
from openai import OpenAI

BLOCK = 20
client = OpenAI()


class Memory:
    def __init__(self, system: str) -> None:
        self.system = system
        self.items: list[dict] = []
        self.start = 0

    def add(self, role: str, content: str) -> None:
        self.items.append({"role": role, "content": content})
        if len(self.items) - self.start > 3 * BLOCK:
            self.start += BLOCK

    def messages(self) -> list[dict]:
        return [{"role": "system", "content": self.system}, *self.items[self.start :]]


def turn(memory: Memory, text: str) -> str:
    memory.add("user", text)
    said = client.chat.completions.create(model="gpt-5.1", messages=memory.messages()).choices[0].message.content
    memory.add("assistant", said)
    return said
