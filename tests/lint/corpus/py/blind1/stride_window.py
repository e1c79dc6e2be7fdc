"""Keeps long chats inside the context without moving the start each turn."""
from openai import OpenAI

STRIDE = 24
KEEP = 48

client = OpenAI()


def window_start(count: int) -> int:
    if count <= KEEP + STRIDE:
        return 0
    return (count - KEEP) // STRIDE * STRIDE


class Companion:
    def __init__(self, persona: str):
        self.persona = {"role": "system", "content": persona}
        self.past: list[dict] = []

    def say(self, text: str) -> str:
        self.past.append({"role": "user", "content": text})
        visible = self.past[window_start(len(self.past)) :]
        answer = client.chat.completions.create(model="gpt-4.1-mini", messages=[self.persona, *visible])
        content = answer.choices[0].message.content
        self.past.append({"role": "assistant", "content": content})
        return content
