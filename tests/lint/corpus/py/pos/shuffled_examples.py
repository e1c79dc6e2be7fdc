"""Examples are drawn anew for each call."""

import random

from openai import OpenAI

client = OpenAI()
POOL = [("gut", "good"), ("schlecht", "bad"), ("schnell", "fast"), ("langsam", "slow")]
HEAD = "Translate words. " * 90


def shots() -> str:
    return "\n".join(f"{a} = {b}" for a, b in random.sample(POOL, 3))  # want: PFX102 PFX205


def translate(word: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": shots() + "\n" + HEAD},
            {"role": "user", "content": word},
        ],
    )
