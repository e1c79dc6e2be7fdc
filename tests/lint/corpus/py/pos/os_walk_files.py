"""Notes of a folder in the order of the file system."""

import os

from openai import OpenAI

client = OpenAI()
INTRO = "You know the notes below by heart. Quote them word by word. " * 40


def notes(root: str):
    for folder, _dirs, files in os.walk(root):  # want: PFX301
        for name in files:
            with open(os.path.join(folder, name), encoding="utf-8") as handle:
                yield name, handle.read()


def system(root: str) -> str:
    parts = [INTRO]
    parts.extend(f"## {name}\n{body}" for name, body in notes(root))
    return "\n".join(parts)


def ask(root: str, question: str):
    return client.responses.create(model="gpt-5.1", instructions=system(root), input=question)
