"""`string.Template` and a default of a parameter."""

import uuid
from string import Template

from openai import OpenAI

client = OpenAI()
HEAD = Template("Session $sid.\n" + "Explain card games. " * 90)


def render(sid: str = "") -> str:
    return HEAD.substitute(sid=sid or uuid.uuid4())  # want: PFX102


def explain(game: str):
    return client.responses.create(model="gpt-5.1", instructions=render(), input=game)
