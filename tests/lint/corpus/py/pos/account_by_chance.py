"""Each request goes to an account by chance, though caches belong to accounts."""

import random

from openai import OpenAI

KEYS = ["a", "b", "c"]
clients = [OpenAI(api_key=key) for key in KEYS]
RULES = "Check invoices against orders. " * 80


def check(history: list[dict], text: str):
    client = random.choice(clients)  # want: PFX607
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": RULES},
            *history,
            {"role": "user", "content": text},
        ],
    )
