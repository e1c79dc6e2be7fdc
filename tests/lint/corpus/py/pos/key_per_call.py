"""The routing key is drawn for each call."""

import uuid

from openai import OpenAI

client = OpenAI()
HEAD = "Sort letters by department. " * 80


def sort_letter(text: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        prompt_cache_key=str(uuid.uuid4()),  # want: PFX607
        messages=[{"role": "system", "content": HEAD}, {"role": "user", "content": text}],
    )
