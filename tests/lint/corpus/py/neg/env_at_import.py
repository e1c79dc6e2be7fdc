"""The region is read from the environment once."""

import os

from anthropic import Anthropic

REGION = os.environ.get("REGION", "eu")
SYSTEM = f"You answer for the region {REGION}.\n" + "Follow the law of the region. " * 120
client = Anthropic()


def ask(text):
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=300,
        system=SYSTEM,
        messages=[{"role": "user", "content": text}],
    )
