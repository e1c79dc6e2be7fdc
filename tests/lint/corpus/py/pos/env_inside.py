"""Working folder and open files, through a table of facts."""
import os
import sys
from pathlib import Path

from openai import OpenAI

BASE = "You are a programmer. Read before you write. " * 100


def facts() -> dict[str, str]:
    return {
        "folder": str(Path.cwd()),  # want: PFX105 PFX201
        "python": sys.version.split()[0],
        "user": os.getlogin(),
    }


def system() -> str:
    table = "\n".join(f"{key}={value}" for key, value in facts().items())
    return f"<env>\n{table}\n</env>\n{BASE}"


def step(history: list[dict]):
    return OpenAI().responses.create(model="gpt-5.1-codex", instructions=system(), input=history)
