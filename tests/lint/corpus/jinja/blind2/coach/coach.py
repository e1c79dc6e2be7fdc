from dataclasses import dataclass, field
from pathlib import Path

import anthropic
import jinja2


@dataclass
class Entry:
    day: str
    kg: float


@dataclass
class Client:
    name: str
    age: int
    goal: str
    weights: list[Entry] = field(default_factory=list)


loader = jinja2.FileSystemLoader(Path(__file__).parent)
TEMPLATE = jinja2.Environment(loader=loader, keep_trailing_newline=True).get_template("system.jinja2")
api = anthropic.Anthropic()


def coach(client: Client, messages: list[dict]) -> str:
    reply = api.messages.create(
        model="claude-sonnet-4-5", max_tokens=700, system=TEMPLATE.render(client=client), messages=messages
    )
    return reply.content[0].text
