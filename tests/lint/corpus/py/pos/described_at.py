"""A tool's description is added to when the tools are listed."""

import time

from anthropic import Anthropic

client = Anthropic()
RULES = "Tell the tides of a bay. " * 200


class Tool:
    def __init__(self, name, description):
        self.name = name
        self.description = description

    def spec(self):
        text = self.description
        text += f" (data of {time.ctime()})"  # want: PFX101
        return {"name": self.name, "description": text, "input_schema": {"type": "object"}}


TOOLS = [Tool("tides", "High and low water."), Tool("wind", "Wind by the hour.")]


def tell(messages):
    return client.messages.create(
        model="claude-sonnet-5",
        max_tokens=400,
        system=RULES,
        tools=[tool.spec() for tool in TOOLS],
        messages=messages,
    )
