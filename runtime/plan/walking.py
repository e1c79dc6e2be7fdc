"""Every part of a plan, whatever part it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .schema import Struct


def walk(part: Any) -> Iterator[Struct]:
    """Every struct inside `part`, parents first."""
    stack = [part]
    while stack:
        found = stack.pop()
        if isinstance(found, Struct):
            yield found
            stack.extend(getattr(found, name) for name in reversed(found.__struct_fields__))
        elif isinstance(found, list | tuple):
            stack.extend(reversed(found))
