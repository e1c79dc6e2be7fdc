"""The clock goes into log lines and metrics, the prompt holds none."""
import logging
import time
from contextlib import contextmanager
from datetime import datetime

from openai import OpenAI

log = logging.getLogger(__name__)
SYSTEM = "You answer letters to a radio station. " * 120


@contextmanager
def timed(name: str):
    start = time.perf_counter()
    yield
    log.info("%s took %.2f s at %s", name, time.perf_counter() - start, datetime.now())


def answer(letter: str) -> str:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": letter}]
    with timed("answer"):
        reply = OpenAI().chat.completions.create(model="gpt-5.1", messages=messages)
    log.debug("%s %s", datetime.now().isoformat(), messages)
    return reply.choices[0].message.content
