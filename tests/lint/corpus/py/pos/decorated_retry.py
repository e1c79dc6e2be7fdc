"""The call sits behind a retry decorator, and the attempt number reaches the prompt."""

import functools

from openai import OpenAI

client = OpenAI()
RULES = "Return one JSON object per line. Use no code fence. Keys are lower case. " * 60


def retrying(times):
    def wrap(fn):
        @functools.wraps(fn)
        def inner(*args, **kwargs):
            for attempt in range(1, times + 1):  # want: PFX201
                try:
                    return fn(*args, attempt=attempt, **kwargs)
                except ValueError:
                    continue
            raise RuntimeError("gave up")

        return inner

    return wrap


@retrying(3)
def extract(document: str, attempt: int = 1):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[
            {"role": "system", "content": f"Attempt {attempt} of 3.\n{RULES}"},
            {"role": "user", "content": document},
        ],
    )
