"""Time and id name a file."""

import time
import uuid
from pathlib import Path

from openai import OpenAI

client = OpenAI()
SYSTEM = "Write poems. " * 90


def poem(wish: str) -> str:
    r = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": wish}],
    )
    Path(f"poem-{time.time():.0f}-{uuid.uuid4().hex}.txt").write_text(r.choices[0].message.content)
    return r.choices[0].message.content
