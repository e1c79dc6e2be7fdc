import io
import time

import anthropic

from .rules import load_rules

client = anthropic.Anthropic()


class Briefing:
    """Collects sections, then prints them in one go."""

    def __init__(self) -> None:
        self._buf = io.StringIO()

    def title(self, text: str) -> "Briefing":
        print(f"# {text} ({time.strftime('%H:%M')} local)", file=self._buf)  # want: PFX101 PFX201
        return self

    def section(self, name: str, body: str) -> "Briefing":
        self._buf.write(f"\n## {name}\n{body}\n")
        return self

    def text(self) -> str:
        return self._buf.getvalue()


def dispatcher_prompt() -> str:
    rules = load_rules("dispatch")
    return (
        Briefing()
        .title("Dispatch desk")
        .section("Rules", rules.body)
        .section("Vocabulary", rules.vocabulary)
        .text()
    )


def route(call_notes: str):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=600,
        system=dispatcher_prompt(),  # want: PFX101 PFX201
        messages=[{"role": "user", "content": call_notes}],
    )
