"""The environment is read at import: it is part of the release."""

import os
import uuid

from openai import OpenAI

client = OpenAI()
REGION = os.environ.get("REGION", "eu")
BUILD = uuid.uuid4().hex
SYSTEM = f"Region {REGION}, build {BUILD}. " + "Answer questions on parking. " * 80


def ask(text: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}],
    )
