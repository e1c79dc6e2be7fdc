from datetime import datetime
from functools import partial

from openai import OpenAI


def system_text(now, audience: str) -> str:
    return f"{now()} -- for {audience}. " + "Short words. No passive voice. " * 25  # want: PFX101


for_children = partial(system_text, datetime.now, audience="children")


def write(topic: str) -> str:
    return (
        OpenAI()
        .chat.completions.create(
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": for_children()},
                {"role": "user", "content": topic},
            ],
        )
        .choices[0]
        .message.content
    )
