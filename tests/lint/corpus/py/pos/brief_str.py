"""A briefing object writes itself; its text holds the time."""

import time
from dataclasses import dataclass

from openai import OpenAI

client = OpenAI()
RULES = "Answer calls of a taxi company. Ask where from and where to. " * 80


@dataclass
class Briefing:
    city: str

    def __str__(self) -> str:
        return f"City: {self.city}. Clock: {time.strftime('%H:%M:%S')}."  # want: PFX101


def answer(city: str, messages: list[dict]):
    head = f"{Briefing(city)}\n{RULES}"
    return client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": head}, *messages]
    )
