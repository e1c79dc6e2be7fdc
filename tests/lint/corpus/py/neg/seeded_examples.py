"""Examples are drawn once, with a seed."""

import random

from openai import OpenAI

client = OpenAI()
POOL = [f"example {i}" for i in range(100)]
SHOTS = random.Random(7).sample(POOL, 8)
HEAD = "Imitate the examples. " * 60


def ask(text: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": HEAD + "\n".join(SHOTS)},
            {"role": "user", "content": text},
        ],
    )
