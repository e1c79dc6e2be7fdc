"""Renders a template that extends another."""

import time

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

env = Environment(loader=FileSystemLoader("prompts"))


def wake(guest: str):
    head = env.get_template("wake.j2").render(clock=time.time())  # want: PFX101
    return OpenAI().responses.create(model="gpt-5.1", instructions=head, input=guest)
