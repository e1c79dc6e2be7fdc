"""Tools by entry point, as a list."""
import importlib.metadata

import anthropic

client = anthropic.Anthropic()
TOOLS = [ep.load().spec() for ep in importlib.metadata.entry_points().select(group="bakery.tools")]  # want: PFX304


def ask(messages: list[dict]):
    return client.messages.create(
        model="claude-sonnet-5", max_tokens=500, tools=TOOLS, system="You run a bakery. " * 300, messages=messages
    )
