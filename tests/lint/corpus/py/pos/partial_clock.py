"""functools.partial carries the clock as a function."""
from datetime import datetime
from functools import partial

from openai import OpenAI

CARD = "You are the desk of a cinema. " * 150


def render(clock, text: str) -> str:
    return f"Screen time {clock():%H:%M}\n{text}"  # want: PFX101 PFX201


head = partial(render, datetime.now)  # want: PFX101 PFX201


def desk(question: str):
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head(CARD)}, {"role": "user", "content": question}],
    )
