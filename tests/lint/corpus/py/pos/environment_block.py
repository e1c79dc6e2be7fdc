"""An agent that codes shows its surroundings: folder, branch, and what has changed."""

import os
import platform
import subprocess

import anthropic

client = anthropic.Anthropic()
INSTRUCTIONS = "Change programs with care. " * 120


def run(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True).stdout.strip()


def surroundings() -> str:
    facts = {
        "folder": os.getcwd(),  # want: PFX105 PFX201
        "system": platform.platform(),
        "branch": run("git", "rev-parse", "--abbrev-ref", "HEAD"),
        "changed": run("git", "status", "--short"),  # want: PFX105 PFX201
    }
    return "<env>\n" + "\n".join(f"{k}: {v}" for k, v in facts.items()) + "\n</env>"


def step(messages):
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=4000,
        system=[
            {
                "type": "text",
                "text": surroundings() + INSTRUCTIONS,
                "cache_control": {"type": "ephemeral"},
            }
        ],
        messages=messages,
    )
