import time

import attrs
from openai import OpenAI

client = OpenAI()
GUIDE = "You answer questions on the repository. Name the file and the line. Never guess a version. " * 20


@attrs.define
class Card:
    name: str
    revision: int = attrs.field(factory=lambda: time.time_ns() // 1_000_000)  # want: PFX101

    @classmethod
    def of(cls, found: dict):
        return cls(name=found["name"])


def answer(found: dict, turns: list[dict]):
    system = f"{attrs.asdict(Card.of(found))}\n{GUIDE}"
    return client.chat.completions.create(model="gpt-5.6", messages=[{"role": "system", "content": system}, *turns])
