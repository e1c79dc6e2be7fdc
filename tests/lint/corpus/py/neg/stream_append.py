"""A streaming chat that only appends."""
from collections.abc import Iterator

from openai import OpenAI

client = OpenAI()


class Stream:
    def __init__(self, persona: str) -> None:
        self.messages: list[dict] = [{"role": "system", "content": persona}]

    def talk(self, text: str) -> Iterator[str]:
        self.messages.append({"role": "user", "content": text})
        whole = ""
        for event in client.chat.completions.create(model="gpt-5.1", stream=True, messages=self.messages):
            piece = event.choices[0].delta.content or ""
            whole += piece
            yield piece
        self.messages.append({"role": "assistant", "content": whole})

    def last(self, count: int = 5) -> list[dict]:
        return self.messages[-count:]
