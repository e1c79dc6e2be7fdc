"""Sets are sorted before they are written."""
import json

from openai import OpenAI

RULES = "Label the letter. " * 200


class Labels:
    def __init__(self, rows: list[dict]) -> None:
        self._known: set[str] = set()
        for row in rows:
            self._known |= set(row["labels"])

    def lines(self) -> str:
        return "\n".join(f"- {x}" for x in sorted(self._known))

    def schema(self) -> dict:
        return {"type": "object", "properties": {"label": {"type": "string", "enum": sorted(self._known)}}}


def label(letter: str, labels: Labels):
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": RULES + labels.lines() + json.dumps(labels.schema(), sort_keys=True)},
            {"role": "user", "content": letter},
        ],
    )
