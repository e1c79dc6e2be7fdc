"""Plug-ins that are loaded again take their old functions out and put the new ones in."""

from openai import OpenAI

client = OpenAI()


class Shelf:
    def __init__(self):
        self.functions: list[dict] = []

    def load(self, plugin) -> None:
        fresh = [{"type": "function", "function": f} for f in plugin.functions()]
        others = plugin.name
        self.functions = [  # want: PFX304 PFX305
            f for f in self.functions if f["function"]["owner"] != others
        ] + fresh


class Helper:
    def __init__(self, shelf: Shelf):
        self.shelf = shelf
        self.lines: list[dict] = []

    def reply(self, line: str):
        self.lines.append({"role": "user", "content": line})
        return client.chat.completions.create(
            model="gpt-4.1", tools=self.shelf.functions, messages=self.lines
        )
