"""Chance and time decide when to try again, not what is asked."""
import random
import time

from openai import APIError, OpenAI

client = OpenAI()
SYSTEM = "You rate the tone of letters. " * 150


def ask(letter: str, tries: int = 5) -> str:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": letter}]
    deadline = time.monotonic() + 60
    for attempt in range(tries):
        try:
            return client.chat.completions.create(model="gpt-5.1", messages=messages).choices[0].message.content
        except APIError:
            if time.monotonic() > deadline:
                raise
            time.sleep(2**attempt + random.random())
    raise TimeoutError
