import inspect
from typing import Callable, get_type_hints

import anthropic

JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
REGISTRY: dict[str, Callable] = {}


def register(fn: Callable) -> Callable:
    REGISTRY[fn.__name__] = fn
    return fn


def describe(fn: Callable) -> dict:
    hints = get_type_hints(fn)
    names = list(inspect.signature(fn).parameters)
    properties = {n: {"type": JSON_TYPES[hints[n]]} for n in names}
    return {
        "name": fn.__name__,
        "description": inspect.getdoc(fn),
        "input_schema": {"type": "object", "properties": properties, "required": names},
    }


@register
def seat_map(flight: str) -> str:
    """Free seats of a flight."""
    return "12A 14C 22F"


@register
def rebook(flight: str, seat: str) -> str:
    """Moves the passenger to another seat."""
    return f"moved to {seat}"


TOOLS = [describe(fn) for fn in REGISTRY.values()]
client = anthropic.Anthropic()


def step(system: list[dict], messages: list[dict]):
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=1500, system=system, tools=TOOLS, messages=messages)
