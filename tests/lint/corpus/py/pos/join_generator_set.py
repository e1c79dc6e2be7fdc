"""Names of labels, joined from a set by a generator."""
from collections.abc import Iterable

import anthropic

client = anthropic.Anthropic()
TASK = "Sort each letter into one of the labels, and say why in one sentence. " * 70


class Labels:
    def __init__(self, rows: Iterable[dict]) -> None:
        self.known = {row["label"].strip().lower() for row in rows}

    def as_lines(self) -> str:
        return "".join(f"- {label}\n" for label in self.known)  # want: PFX301


def classify(letter: str, labels: Labels):
    return client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=64,
        system=f"{TASK}\nLabels:\n{labels.as_lines()}",
        messages=[{"role": "user", "content": letter}],
    )
