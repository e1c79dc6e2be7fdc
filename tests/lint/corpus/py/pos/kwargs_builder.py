"""The request is put together as a dictionary."""

import time

from openai import OpenAI

client = OpenAI()
HEAD = "Name birds by their calls. " * 90


class Builder:
    def __init__(self):
        self.parts = [HEAD]

    def stamp(self):
        self.parts.insert(0, "t=%d" % time.time())  # want: PFX101 PFX207
        return self

    def request(self, text: str) -> dict:
        return {
            "model": "gpt-5.1",
            "messages": [
                {"role": "system", "content": " ".join(self.parts)},
                {"role": "user", "content": text},
            ],
        }


def ask(text: str):
    return client.chat.completions.create(**Builder().stamp().request(text))
