"""Tokens are counted for the bill, and not written into prompts."""
from collections import Counter
from datetime import datetime, timedelta

import litellm


class Meter:
    def __init__(self) -> None:
        self.used: Counter[str] = Counter()
        self.since = datetime.now()

    def note(self, model: str, usage) -> None:
        self.used[model] += usage.total_tokens

    def line(self) -> str:
        return f"{self.since:%c}: {dict(self.used)}"

    @property
    def is_over(self) -> bool:
        return self.used.total() > 1_000_000 and datetime.now() - self.since < timedelta(days=1)


meter = Meter()


def ask(system: str, messages: list[dict], model: str = "openai/gpt-5.1"):
    if meter.is_over:
        raise RuntimeError(meter.line())
    reply = litellm.completion(model=model, messages=[{"role": "system", "content": system}, *messages])
    meter.note(model, reply.usage)
    return reply
