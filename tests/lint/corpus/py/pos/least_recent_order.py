"""The order of lines is the order in which entries were last touched."""

from collections import OrderedDict

from openai import OpenAI

client = OpenAI()
MANUAL = "Answer questions about the devices of a home. " * 80


class DeviceCache:
    def __init__(self, size: int = 50):
        self.size = size
        self.entries: OrderedDict[str, str] = OrderedDict()

    def touch(self, name: str, state: str) -> None:
        self.entries[name] = state  # want: PFX301 PFX201
        self.entries.move_to_end(name)
        if len(self.entries) > self.size:
            self.entries.popitem(last=False)

    def lines(self) -> str:
        return "\n".join(f"{name}: {state}" for name, state in self.entries.items())  # want: PFX301 PFX201


cache = DeviceCache()


def ask(history: list[dict], question: str):
    head = "Devices:\n" + cache.lines() + "\n\n" + MANUAL
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, *history, {"role": "user", "content": question}],
    )
