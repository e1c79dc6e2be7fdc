"""A deque of bounded length is the memory."""

from collections import deque

from openai import OpenAI

client = OpenAI()


class Chat:
    def __init__(self, system: str):
        self.system = system
        self.turns = deque(maxlen=30)  # want: PFX207

    def ask(self, text: str):
        self.turns.append({"role": "user", "content": text})
        return client.chat.completions.create(
            model="gpt-5.1", messages=[{"role": "system", "content": self.system}, *self.turns]
        )
