"""Tools by a registry of plug-ins found by scanning entry points into a set."""

from importlib.metadata import entry_points

from openai import OpenAI

client = OpenAI()
RULES = "Use a tool for every number. Never add in your head. " * 80


class Registry:
    def __init__(self):
        self._loaded = set()  # want: PFX301 PFX304

    def load(self):
        for point in entry_points(group="calc.tools"):  # want: PFX301 PFX304
            self._loaded.add(point.load())

    def schemas(self):
        return [
            {"type": "function", "function": {"name": tool.__name__, "parameters": tool.schema}}
            for tool in self._loaded  # want: PFX301 PFX304
        ]


registry = Registry()


def answer(messages):
    registry.load()
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RULES}, *messages],
        tools=registry.schemas(),
    )
