"""Messages are dropped until the rest just fits."""

from openai import OpenAI

client = OpenAI()
BUDGET = 8000


def tokens(messages: list[dict]) -> int:
    return sum(len(m["content"]) // 4 for m in messages)


def fit(messages: list[dict]) -> list[dict]:
    kept = list(messages)
    while tokens(kept) > BUDGET:
        kept.pop(1)  # want: PFX207
    return kept


def turn(messages: list[dict], text: str):
    messages.append({"role": "user", "content": text})
    return client.chat.completions.create(model="gpt-5.1", messages=fit(messages))
