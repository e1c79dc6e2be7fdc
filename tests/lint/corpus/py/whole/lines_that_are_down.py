"""A line that failed three times is left out of the tools until it was rested."""

import time

import anthropic

client = anthropic.Anthropic()
GUIDE = "You route parcels of a mountain post. The upper villages are served on Mondays and Fridays. " * 90


class Line:
    def __init__(self, name: str, tools: list[dict]):
        self.name = name
        self.tools = tools
        self.faults = 0
        self.rested_at = 0.0

    def is_up(self) -> bool:
        if self.faults < 3:
            return True
        return time.monotonic() > self.rested_at

    def note(self, went_well: bool) -> None:
        self.faults = 0 if went_well else self.faults + 1  # want: PFX305
        if self.faults == 3:
            self.rested_at = time.monotonic() + 60


class Router:
    def __init__(self, lines: list[Line]):
        self.lines = lines
        self.messages: list[dict] = []

    def route(self, text: str):
        self.messages.append({"role": "user", "content": text})
        tools = [tool for line in self.lines if line.is_up() for tool in line.tools]
        answer = client.messages.create(
            model="claude-sonnet-5",
            max_tokens=900,
            system=[{"type": "text", "text": GUIDE, "cache_control": {"type": "ephemeral"}}],
            tools=tools,
            messages=self.messages,
        )
        self.messages.append({"role": "assistant", "content": answer.content})
        return answer
