"""A decorator that takes times for a log."""

import functools
import logging
import time

from openai import OpenAI

client = OpenAI()
RULES = "Proof-read letters. Keep the tone. " * 120


def timed(fn):
    @functools.wraps(fn)
    def inner(*args, **kwargs):
        started = time.perf_counter()
        try:
            return fn(*args, **kwargs)
        finally:
            logging.info("%s took %.2f", fn.__name__, time.perf_counter() - started)

    return inner


@timed
def proof(letter: str):
    return client.responses.create(model="gpt-5.1", instructions=RULES, input=letter)
