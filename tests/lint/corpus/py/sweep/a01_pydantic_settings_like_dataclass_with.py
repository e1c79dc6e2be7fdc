"""Pydantic-settings-like dataclass with __post_init__ stamps."""

from dataclasses import dataclass
import datetime as dt
from anthropic import Anthropic
client = Anthropic()
GUIDE = "For a01 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
@dataclass
class Ctx:
    place: str
    at: str = ""
    def __post_init__(self):
        self.at = self.at or dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds")  # want: PFX101
def ask(q):
    ctx = Ctx("harbour")
    sys_text = "".join(("Now: ", ctx.at, "\n", GUIDE))
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=sys_text, messages=[{"role":"user","content":q}])
