"""One entry of the table is looked up; another is made again in order."""
from pathlib import Path

from openai import OpenAI

client = OpenAI()


class Guides:
    def __init__(self, folder: str):
        self.guides = {}
        for path in Path(folder).glob("*.md"):
            self.guides[path.stem] = path.read_text()
        self.names = dict(sorted(self.guides.items()))

    def ask(self, turns: list[dict]):
        text = self.guides["letters"] + "\nThere are: " + ", ".join(self.names)
        return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": text}, *turns])
