"""The clock is read once and remembered."""

import functools
from datetime import datetime

from openai import OpenAI

client = OpenAI()
RULES = "Keep a diary. " * 90


@functools.cache
def started() -> str:
    return datetime.now().isoformat()


def ask(text: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": f"{started()} {RULES}"},
            {"role": "user", "content": text},
        ],
    )
