"""Tools are registered by a decorator, in the order of the file."""
from anthropic import Anthropic

TOOLS = {}


def tool(function):
    TOOLS[function.__name__] = {"name": function.__name__, "description": function.__doc__, "input_schema": {"type": "object"}}
    return function


@tool
def search(text):
    """Search."""


@tool
def book(text):
    """Book."""


def ask(messages):
    return Anthropic().messages.create(model="claude-sonnet-5", max_tokens=300, tools=list(TOOLS.values()), messages=messages)
