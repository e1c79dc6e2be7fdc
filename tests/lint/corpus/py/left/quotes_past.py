import time
from dataclasses import dataclass

import anthropic

client = anthropic.Anthropic()
RULES = "You tell a trader what the desk knows. " * 90


@dataclass
class Tick:
    name: str
    at: float

    @property
    def is_old(self) -> bool:
        return time.time() - self.at > 600  # want: PFX101

    def shown(self) -> str:
        return f"{self.name}{' (old)' if self.is_old else ''}"


def ask(ticks: list[Tick], messages: list[dict]):
    board = ", ".join(t.shown() for t in ticks)
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=400, system=f"{board}\n{RULES}", messages=messages)
