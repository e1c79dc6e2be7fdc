"""The memory file is read at each turn and written by a tool."""
from pathlib import Path

from anthropic import Anthropic

MEMORY = Path("memory/facts.md")
RULES = "You are a companion for learners of Italian. " * 100


def remember(fact: str) -> str:
    with MEMORY.open("a") as file:
        file.write(fact + "\n")
    return "noted"


def system() -> str:
    known = MEMORY.read_text() if MEMORY.exists() else ""  # want: PFX201
    return f"{RULES}\n\nWhat you know:\n{known}"


def turn(history: list[dict], tools: list[dict]):
    reply = Anthropic().messages.create(
        model="claude-sonnet-5", max_tokens=600, system=system(), messages=history, tools=tools
    )
    for block in reply.content:
        if block.type == "tool_use" and block.name == "remember":
            remember(block.input["fact"])
    history.append({"role": "assistant", "content": reply.content})
    return reply
