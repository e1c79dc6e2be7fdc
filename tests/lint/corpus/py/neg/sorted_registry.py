"""A registry that is a set, sorted by name before it is sent."""

from operator import attrgetter

from openai import OpenAI

client = OpenAI()
RULES = "Use a tool for every number. " * 120
_tools = set()


def register(tool):
    _tools.add(tool)
    return tool


def schemas():
    ordered = sorted(_tools, key=attrgetter("__name__"))
    return [{"type": "function", "function": {"name": t.__name__}} for t in ordered]


def ask(messages):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": RULES}, *messages],
        tools=schemas(),
    )
