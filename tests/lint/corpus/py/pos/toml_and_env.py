"""Tool descriptions carry the time of the refresh."""
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from openai import OpenAI


def load() -> list[dict[str, Any]]:
    table = tomllib.loads(Path("tools.toml").read_text())
    tools = []
    for name, entry in table["tool"].items():
        entry["description"] += f" (as of {datetime.now():%H:%M})"  # want: PFX101 PFX201
        tools.append({"type": "function", "function": {"name": name, **entry}})
    return tools


def ask(messages: list[dict[str, Any]]):
    return OpenAI().chat.completions.create(model="gpt-5.1", messages=messages, tools=load())
