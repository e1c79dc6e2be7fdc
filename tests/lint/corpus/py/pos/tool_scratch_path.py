"""The shell tool's description names a fresh folder."""

import uuid

import anthropic

client = anthropic.Anthropic()
GUIDE = "Work step by step. " * 200


def shell_tool() -> dict:
    scratch = f"/tmp/agent-{uuid.uuid4().hex}"  # want: PFX102
    return {
        "name": "shell",
        "description": f"Runs a command. Scratch files go to {scratch}.",
        "input_schema": {"type": "object"},
    }


def ask(messages: list[dict]):
    return client.messages.create(
        model="claude-opus-4-8",
        max_tokens=900,
        system=GUIDE,
        tools=[shell_tool()],
        messages=messages,
    )
