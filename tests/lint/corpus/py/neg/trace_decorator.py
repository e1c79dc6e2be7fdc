"""A decorator that writes spans with ids and times around the call."""
import functools
import time
import uuid

from anthropic import Anthropic

SPANS: list[dict] = []
client = Anthropic()


def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        span = {"id": uuid.uuid4().hex, "start": time.time(), "name": function.__name__}
        try:
            return function(*args, **kwargs)
        finally:
            span["end"] = time.time()
            SPANS.append(span)

    return wrapper


@traced
def ask(history: list[dict], system: str):
    return client.messages.create(model="claude-sonnet-5", max_tokens=400, system=system, messages=history)
