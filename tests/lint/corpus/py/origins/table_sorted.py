"""The table is told in the order of its keys."""
from pathlib import Path

from openai import OpenAI

client = OpenAI()


def sections(folder: str) -> dict[str, str]:
    table = {}
    for path in Path(folder).iterdir():
        table[path.stem] = path.read_text()
    return table


def ask(folder: str, turns: list[dict]):
    table = sections(folder)
    text = "\n".join(f"# {name}\n{table[name]}" for name in sorted(table))
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": text}, *turns])
