import json
import random
from pathlib import Path

from openai import OpenAI

client = OpenAI()
POOL = [json.loads(line) for line in Path("data/gold.jsonl").read_text().splitlines()]
INSTRUCTIONS = Path("prompts/extract_parties.md").read_text()


class ExampleSelector:
    def __init__(self, pool: list[dict], k: int = 4):
        self.pool, self.k = pool, k

    def __iter__(self):
        yield from random.sample(self.pool, self.k)  # want: PFX102 PFX201 PFX205


def few_shot(selector: ExampleSelector) -> str:
    return "\n\n".join(f"TEXT: {ex['text']}\nPARTIES: {ex['parties']}" for ex in selector)


def extract(document: str, selector: ExampleSelector = ExampleSelector(POOL)) -> str:
    system = few_shot(selector) + "\n\n" + INSTRUCTIONS  # want: PFX102 PFX201 PFX205
    return (
        client.chat.completions.create(
            model="gpt-4.1",
            messages=[{"role": "system", "content": system}, {"role": "user", "content": document}],
        )
        .choices[0]
        .message.content
    )
