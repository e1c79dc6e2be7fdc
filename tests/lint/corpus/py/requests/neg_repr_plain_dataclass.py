from dataclasses import dataclass
from openai import OpenAI

client = OpenAI()


@dataclass(frozen=True)
class Plant:
    name: str
    height: int


PLANTS = [Plant("rose", 80), Plant("fern", 40)]


def ask(history):
    system = "You garden. " * 100 + f"Plants: {PLANTS}. Water them."
    return client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": system}, *history])
