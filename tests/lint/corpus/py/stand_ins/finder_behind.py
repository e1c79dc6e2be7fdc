from typing import Protocol

from openai import OpenAI

client = OpenAI()
RULES = "Answer the members of the archive. Name the box and the sheet. Say what is missing. " * 60


class Finder(Protocol):
    def search(self, text: str, k: int) -> list[tuple[str, float]]: ...


def lines(hits, floor):
    for body, score in hits:
        if score >= floor:
            yield f"- {body}"


def reply(index: Finder, question: str):
    hits = index.search(question, 5)
    return client.responses.create(
        model="gpt-5", instructions=RULES, input=[{"role": "user", "content": "\n".join([*lines(hits, 0.4), question])}]
    )
