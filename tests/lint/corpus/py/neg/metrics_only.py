"""Clock and counter go into metrics."""

import time

from openai import OpenAI

client = OpenAI()
SYSTEM = "Count sheep. " * 90


class Service:
    def __init__(self, metrics):
        self.metrics = metrics
        self.calls = 0

    def ask(self, text: str):
        self.calls += 1
        start = time.monotonic()
        r = client.chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}],
        )
        self.metrics.record(calls=self.calls, seconds=time.monotonic() - start)
        return r
