"""Files are found by `rglob`."""

from pathlib import Path

from openai import OpenAI

client = OpenAI()


def rules(folder: Path) -> str:
    return "\n\n".join(p.read_text() for p in folder.rglob("*.md"))  # want: PFX301


def ask(folder: Path, history: list[dict]):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": rules(folder) + "\nKeep to the rules."}, *history],
    )
