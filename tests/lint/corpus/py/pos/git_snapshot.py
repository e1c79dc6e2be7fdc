"""The state of the checkout and the folder stand in the system prompt."""

import os
import subprocess

import anthropic

client = anthropic.Anthropic()
RULES = "Change as little as possible. Run the tests. " * 60


def snapshot() -> str:
    status = subprocess.run(
        ["git", "status", "--short"], capture_output=True, text=True
    ).stdout  # want: PFX105 PFX201
    return f"Folder: {os.getcwd()}\nStatus:\n{status}\n"  # want: PFX105 PFX201


def ask(messages: list[dict]):
    return client.messages.create(
        model="claude-opus-4-8",
        max_tokens=900,
        system=[
            {"type": "text", "text": snapshot() + RULES, "cache_control": {"type": "ephemeral"}}
        ],
        messages=messages,
    )
