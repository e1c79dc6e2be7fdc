import random

from openai import OpenAI


class Examples:
    def __init__(self, rows: list[dict]) -> None:
        self.rows = random.Random(7).sample(rows, 6)

    def pick(self) -> list[dict]:
        return self.rows


def classify(examples: Examples, text: str) -> str:
    shots: list[dict] = []
    for row in examples.pick():
        shots.append({"role": "user", "content": row["text"]})
        shots.append({"role": "assistant", "content": row["label"]})
    messages = [
        {"role": "system", "content": "Classify."},
        *shots,
        {"role": "user", "content": text},
    ]
    return (
        OpenAI()
        .chat.completions.create(model="gpt-5.1", messages=messages)
        .choices[0]
        .message.content
    )
