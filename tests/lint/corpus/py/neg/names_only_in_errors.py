"""Sets and clocks serve checks, errors and file names; prompts see none of them."""

import tempfile
import time

from openai import OpenAI

client = OpenAI()
ALLOWED = {"gpt-5.1", "gpt-5.1-mini"}
RULES = "Set crosswords. " * 150


def crossword(model: str, history: list[dict], theme: str) -> str:
    if model not in ALLOWED:
        raise ValueError(f"one of {ALLOWED} at {time.time()}")
    reply = client.chat.completions.create(
        model=model,
        messages=[{"role": "system", "content": RULES}, *history, {"role": "user", "content": theme}],
    )
    with tempfile.NamedTemporaryFile("w", delete=False) as out:
        out.write(reply.choices[0].message.content)
    return out.name
