"""How full the context is stands in the head of each request."""

from dataclasses import dataclass, field

from anthropic import Anthropic

client = Anthropic()
GUIDE = "Sort the letters of a parish. Name sender, matter and date. Never answer one yourself. " * 12


@dataclass
class Meter:
    full: int = 0
    pages: list[dict] = field(default_factory=list)


class Sorter:
    def __init__(self, meter: Meter):
        self.meter = meter

    def head(self) -> str:
        return f"Context used: {self.meter.full}\n\n{GUIDE}"

    def next(self):
        r = client.messages.create(
            model="claude-sonnet-4-5", max_tokens=300, system=self.head(), messages=self.meter.pages
        )
        self.meter.full = r.usage.input_tokens  # want: PFX201
        self.meter.pages.append({"role": "assistant", "content": r.content})
        return r
