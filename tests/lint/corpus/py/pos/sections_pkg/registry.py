"""Sections of the system prompt are registered by a decorator."""
from collections.abc import Callable

SECTIONS: list[tuple[int, Callable[[], str]]] = []


def section(order: int):
    def register(function: Callable[[], str]) -> Callable[[], str]:
        SECTIONS.append((order, function))
        return function

    return register


def render() -> str:
    ordered = sorted(SECTIONS, key=lambda pair: pair[0])
    return "\n\n".join(function() for _, function in ordered)
