"""`functools.partial` brings the clock."""

import functools
import time

from openai import OpenAI

client = OpenAI()
RULES = "Judge cakes by look, crumb and taste. " * 80


def prompt(stamp, rules: str) -> str:
    return f"{stamp()} {rules}"


build = functools.partial(prompt, time.ctime)  # want: PFX101


def judge(cake: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": build(RULES)},
            {"role": "user", "content": cake},
        ],  # want: PFX101
    )
