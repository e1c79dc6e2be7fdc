"""A template file that is filled with constants and the environment at import."""
import os
from pathlib import Path
from openai import OpenAI

SYSTEM = Path("system.md").read_text().format(product="scale", release=os.getenv("RELEASE", "dev"))


def ask(history):
    return OpenAI().responses.create(model="gpt-5.1", instructions=SYSTEM, input=history)
