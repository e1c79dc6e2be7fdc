"""Only tools whose words are in the question are offered."""
from openai import OpenAI

from .specs import SPECS


class Picker:
    def __init__(self, specs: list[dict]) -> None:
        self.specs = specs

    def pick(self, text: str) -> list[dict]:
        words = set(text.lower().split())
        return [s for s in self.specs if words & set(s["function"]["description"].lower().split())]  # want: PFX305


picker = Picker(SPECS)
client = OpenAI()


def turn(history: list[dict], text: str):
    history.append({"role": "user", "content": text})
    reply = client.chat.completions.create(model="gpt-5.1", messages=history, tools=picker.pick(text))
    history.append(reply.choices[0].message.model_dump())
    return reply
