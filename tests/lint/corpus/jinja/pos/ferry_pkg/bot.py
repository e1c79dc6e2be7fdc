"""Renders the system prompt from a folder of templates."""

import uuid
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

env = Environment(loader=FileSystemLoader(Path(__file__).parent))
client = OpenAI()


def system(**values) -> str:
    return env.get_template("system.md.j2").render(values)


def ask(question: str):
    head = system(request_id=uuid.uuid4())  # want: PFX102
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
