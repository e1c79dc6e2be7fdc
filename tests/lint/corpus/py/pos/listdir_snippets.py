"""Snippets are read in the order in which the folder lists them."""
import os
from pathlib import Path

import anthropic

FOLDER = Path("knowledge")


def snippets() -> dict[str, str]:
    return {name: (FOLDER / name).read_text() for name in os.listdir(FOLDER) if name.endswith(".md")}  # want: PFX301


def knowledge() -> str:
    sections = []
    for name, text in snippets().items():
        sections.append(f"## {name}\n{text}")
    return "\n\n".join(sections)


def ask(question: str):
    with anthropic.Anthropic() as client:
        return client.messages.create(
            model="claude-sonnet-5",
            max_tokens=700,
            system=[{"type": "text", "text": knowledge(), "cache_control": {"type": "ephemeral"}}],
            messages=[{"role": "user", "content": question}],
        )
