"""Tools by entry point, by name."""
from importlib.metadata import entry_points

from openai import OpenAI

client = OpenAI()
HEAD = "You run the office. Use a tool where there is one. " * 80


def load_tools() -> dict[str, object]:
    found = {}
    for ep in sorted(entry_points(group="office.tools"), key=lambda e: e.name):
        tool = ep.load()()
        found[tool.name] = tool
    return found


class Office:
    def __init__(self):
        self.tools = load_tools()

    def ask(self, messages: list[dict]):
        specs = [{"type": "function", "function": t.schema()} for t in self.tools.values()]
        return client.chat.completions.create(
            model="gpt-5.1", tools=specs, messages=[{"role": "system", "content": HEAD}, *messages]
        )
