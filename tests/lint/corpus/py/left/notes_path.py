from pathlib import Path

import anthropic

client = anthropic.Anthropic()
RULES = "You keep the books of a club. " * 150
NAME = "MEMORY.md"


def load(root: Path) -> str:
    where = root / NAME
    return where.read_text() if where.exists() else ""  # want: PFX201


def keep(root: Path, line: str) -> str:
    with open(root / NAME, "a") as f:
        f.write(line + "\n")
    return "kept"


def step(root: Path, messages: list[dict]):
    reply = client.messages.create(model="claude-opus-4-5", max_tokens=900, system=RULES + load(root), messages=messages)
    for b in reply.content:
        if b.type == "tool_use":
            messages.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": b.id, "content": keep(root, b.input["line"])}]})
    return reply
