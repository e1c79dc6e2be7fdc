"""Dictionaries keep the order in which they are written."""

import json

from openai import OpenAI

client = OpenAI()
LIMITS = {"size": 3, "weight": 12, "zone": "b"}
HEAD = "Know the limits. " * 90


def ask(text: str):
    lines = "\n".join(f"{k}: {v}" for k, v in LIMITS.items())
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": HEAD + lines + json.dumps(LIMITS)},
            {"role": "user", "content": text},
        ],
    )
