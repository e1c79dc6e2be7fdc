"""A template among the constants of a module is filled in by a class that keeps its settings."""

import time
from dataclasses import dataclass

from openai import OpenAI

PROMPTS = {
    "system": "Started {started}.\nHelp with {topic}. {rules}",
    "rules": "Be exact, and say where you are not sure. " * 70,
}


@dataclass
class Settings:
    topic: str = "chess"


class Helper:
    def __init__(self, settings: Settings | None = None):
        self.settings = settings or Settings()
        self.client = OpenAI()

    def _values(self) -> dict[str, str]:
        return dict(
            started=time.strftime("%H:%M:%S"),  # want: PFX101 PFX201
            topic=self.settings.topic,
            rules=PROMPTS["rules"],
        )

    def _system(self) -> str:
        return PROMPTS["system"].format_map(self._values())

    def ask(self, history, text):
        messages = [{"role": "system", "content": self._system()}]
        messages.extend(history)
        messages.append({"role": "user", "content": text})
        return self._send(messages)

    def _send(self, messages):
        return self.client.chat.completions.create(model="gpt-5.1", messages=messages)
