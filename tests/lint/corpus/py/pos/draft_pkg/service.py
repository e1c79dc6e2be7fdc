"""Asks."""
from anthropic import Anthropic

from .pipeline import compose


def ask(tenant: str, history: list[dict]):
    return Anthropic().messages.create(model="claude-sonnet-5", max_tokens=300, system=compose(tenant), messages=history)
