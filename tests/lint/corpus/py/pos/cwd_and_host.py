"""The head names the folder and the machine."""

import socket
from pathlib import Path

from openai import OpenAI

client = OpenAI()
RULES = "Write shell commands. Explain each flag. Never delete. " * 80


def environment() -> dict[str, str]:
    return {"folder": str(Path.cwd()), "host": socket.gethostname()}  # want: PFX105 PFX201


def ask(wish: str):
    lines = [f"{key}: {value}" for key, value in environment().items()]
    head = "\n".join([*lines, RULES])
    return client.responses.create(model="gpt-5.1", instructions=head, input=wish)
