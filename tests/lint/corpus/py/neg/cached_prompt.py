"""The prompt is built once for a process."""
import functools
from datetime import datetime
from pathlib import Path

import litellm


@functools.cache
def prompt() -> str:
    text = Path("prompt.md").read_text()
    return f"{text}\n\nThis desk was opened at {datetime.now():%H:%M}."


def ask(question: str):
    return litellm.completion(
        model="openai/gpt-5.1",
        messages=[{"role": "system", "content": prompt()}, {"role": "user", "content": question}],
    )
