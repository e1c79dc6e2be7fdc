from abc import ABC, abstractmethod

from openai import OpenAI

client = OpenAI()
RULES = "Plan the week of a choir. Name the hall, the time and the piece. " * 60


class Part(ABC):
    @abstractmethod
    def text(self) -> str: ...

    def heard(self, words: str) -> None:
        """Called with what was said."""


class Manner(Part):
    def text(self) -> str:
        return "Write in short sentences."


class Names(Part):
    def __init__(self, names):
        self.names = tuple(names)

    def text(self) -> str:
        return "The singers: " + ", ".join(self.names)



class Choir:
    def __init__(self, parts: list[Part]):
        self.parts = parts
        self.talk = []

    def ask(self, words: str):
        self.talk.append({"role": "user", "content": words})
        head = "\n\n".join([*(p.text() for p in self.parts), RULES])
        r = client.chat.completions.create(model="gpt-5", messages=[{"role": "system", "content": head}, *self.talk])
        for part in self.parts:
            part.heard(words)
        self.talk.append(r.choices[0].message)
        return r
