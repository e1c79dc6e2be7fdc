"""A method is wrapped by a decorator that hands it the time."""

import datetime
import functools

from openai import OpenAI

RULES = "Say what is on in the cinema. Name the hall. " * 100


def stamped(method):
    @functools.wraps(method)
    def inner(self, *args, **kwargs):
        kwargs["now"] = datetime.datetime.now().isoformat()  # want: PFX101
        return method(self, *args, **kwargs)

    return inner


class Cinema:
    def __init__(self):
        self.client = OpenAI()

    @stamped
    def tell(self, question: str, now: str = ""):
        return self.client.chat.completions.create(
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": f"Now: {now}\n{RULES}"},
                {"role": "user", "content": question},
            ],
        )
