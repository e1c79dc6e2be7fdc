"""A window by skipping what is too much."""
from itertools import islice
from openai import OpenAI

client = OpenAI()


class Log:
    def __init__(self, system: str) -> None:
        self.system = system
        self.entries: list[dict] = []

    def view(self, size: int = 24):
        skip = max(0, len(self.entries) - size)
        return list(islice(self.entries, skip, None))  # want: PFX207


def ask(log: Log, text: str) -> str:
    log.entries.append({"role": "user", "content": text})
    reply = client.chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": log.system}] + log.view()
    )
    log.entries.append({"role": "assistant", "content": reply.choices[0].message.content})
    return log.entries[-1]["content"]
