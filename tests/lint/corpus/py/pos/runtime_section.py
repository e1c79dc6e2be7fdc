"""A section on the runtime ends in a time stamp, and the history follows."""

import platform
from datetime import datetime, timezone

import litellm

RULES = "Be brief. " * 120


class Prompt:
    def __init__(self):
        self.sections: list[str] = []

    def add(self, title: str, body: str) -> "Prompt":
        self.sections.append(f"## {title}\n{body}")
        return self

    def build(self) -> str:
        return "\n\n".join(self.sections)


def runtime() -> str:
    return f"Host: {platform.node()}\nTimestamp: {datetime.now(timezone.utc).isoformat()}"  # want: PFX101


def ask(history: list[dict], text: str):
    system = Prompt().add("Rules", RULES).add("Runtime", runtime()).build()
    messages = [{"role": "system", "content": system}, *history, {"role": "user", "content": text}]
    return litellm.completion(model="anthropic/claude-sonnet-5", messages=messages)
