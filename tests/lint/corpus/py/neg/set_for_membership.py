"""A set decides what is taken; the order is that of the list."""

from openai import OpenAI

client = OpenAI()
STOP = {"the", "a", "an"}
HEAD = "Find keywords. " * 90


def ask(words: list[str]):
    kept = [w for w in words if w not in STOP]
    unique = list(dict.fromkeys(kept))
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": HEAD + ", ".join(unique)},
            {"role": "user", "content": "Go."},
        ],
    )
