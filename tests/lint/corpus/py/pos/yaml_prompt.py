"""The prompt comes from a YAML file and is filled in for each call."""
from datetime import datetime
from pathlib import Path

import yaml
from openai import OpenAI


class PromptBook:
    def __init__(self, path: Path) -> None:
        self._entries = yaml.safe_load(path.read_text(encoding="utf-8"))

    def get(self, key: str, **values: object) -> str:
        return self._entries[key]["system"].format(**values)


BOOK = PromptBook(Path("prompts.yaml"))
client = OpenAI()


def advise(question: str) -> str:
    system = BOOK.get("adviser", now=datetime.now().isoformat())  # want: PFX101 PFX201
    result = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": system}, {"role": "user", "content": question}],
    )
    return result.choices[0].message.content
