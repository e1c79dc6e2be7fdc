"""A generator over a listing that is sorted by who reads it."""

from pathlib import Path

from openai import OpenAI

client = OpenAI()


def pages(folder: Path):
    for file in folder.rglob("*.md"):
        yield file.name, file.read_text()


def system(folder: Path) -> str:
    return "\n".join(text for _, text in sorted(pages(folder)))


def ask(folder: Path, question: str):
    return client.responses.create(model="gpt-5.1", instructions=system(folder), input=question)
