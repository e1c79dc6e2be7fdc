"""Tools of subclasses, sorted by name."""
from abc import ABC, abstractmethod

from openai import OpenAI


class Tool(ABC):
    name: str
    found: list[type["Tool"]] = []

    def __init_subclass__(cls) -> None:
        Tool.found.append(cls)

    @abstractmethod
    def run(self, text: str) -> str: ...

    @classmethod
    def spec(cls) -> dict:
        return {"type": "function", "name": cls.name, "parameters": {"type": "object"}}


class Search(Tool):
    name = "search"

    def run(self, text: str) -> str:
        return text


class Book(Tool):
    name = "book"

    def run(self, text: str) -> str:
        return text


SPECS = [cls.spec() for cls in sorted(Tool.found, key=lambda cls: cls.name)]


def ask(history: list[dict]):
    return OpenAI().responses.create(model="gpt-5.1", input=history, tools=SPECS)
