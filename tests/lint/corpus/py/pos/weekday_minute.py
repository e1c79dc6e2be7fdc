"""The clock comes from a service class that is given to the agent."""
from datetime import datetime
from typing import Protocol

from anthropic import Anthropic


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now().astimezone()  # want: PFX101 PFX201


class Butler:
    def __init__(self, rules: str, clock: Clock | None = None) -> None:
        self.rules = rules
        self.clock = clock or SystemClock()
        self.client = Anthropic()

    def system(self) -> str:
        return f"It is {self.clock.now():%A, %H:%M}.\n{self.rules}"

    def serve(self, wish: str):
        return self.client.messages.create(
            model="claude-sonnet-5", max_tokens=200, system=self.system(), messages=[{"role": "user", "content": wish}]
        )
