"""A version of the prompt, chosen in the settings at import."""
import os
from pathlib import Path

from openai import OpenAI

VERSION = os.environ.get("PROMPT_VERSION", "v3")
TEXTS = {path.stem: path.read_text() for path in sorted(Path("prompts").glob("*.md"))}
client = OpenAI()


def ask(question: str):
    return client.responses.create(model="gpt-5.1", instructions=TEXTS[VERSION], input=question)
