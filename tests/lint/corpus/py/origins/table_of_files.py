"""Sections of a folder, kept in a table by their name."""
from pathlib import Path

from openai import OpenAI

client = OpenAI()


def sections(folder: str) -> dict[str, str]:
    table = {}
    for path in Path(folder).iterdir():  # want: PFX301
        table[path.stem] = path.read_text()
    return table


def ask(folder: str, turns: list[dict]):
    text = "\n".join(f"# {name}\n{body}" for name, body in sections(folder).items())
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": text}, *turns])
