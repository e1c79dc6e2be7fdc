"""Tools are collected by a walk over a set of names, and their schema is dumped into the system text."""

import json

from openai import OpenAI

client = OpenAI()
RULES = "Use a tool where one fits. " * 80
REGISTRY = {"weather": {"city": "string"}, "tide": {"port": "string"}, "time": {"zone": "string"}}


def enabled(granted: set[str]) -> dict[str, dict]:
    return {name: REGISTRY[name] for name in granted & REGISTRY.keys()}  # want: PFX301 PFX302 PFX304


def system(granted: set[str]) -> str:
    return "Tools: " + json.dumps(enabled(granted)) + "\n" + RULES


def ask(granted, history, text):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": system(granted)},
            *history,
            {"role": "user", "content": text},
        ],
    )
