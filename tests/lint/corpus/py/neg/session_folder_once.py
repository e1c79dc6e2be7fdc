"""The folder is read once, when the session begins."""

import os
from dataclasses import dataclass, field

from openai import OpenAI

client = OpenAI()
RULES = "Work in a folder of texts. " * 90


@dataclass
class Session:
    folder: str = field(default_factory=os.getcwd)
    history: list[dict] = field(default_factory=list)

    def ask(self, text: str):
        self.history.append({"role": "user", "content": text})
        return client.chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": RULES}, *self.history, {"role": "user", "content": f"(in {self.folder})"}],
        )
