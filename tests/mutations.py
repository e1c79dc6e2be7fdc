"""Mutations of IR text and of plans, as a stranger or a bad disk makes them."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(r'%[\w.]+|@[\w"]+|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|\w+|\s+|.')
_VALUES = (None, True, 0, 1, -1, 10**9, "", "x", [], {}, 1.5, "prompt")


def mutated_text(text: str, source: random.Random) -> str:
    """The text of a module with one or two lines or words gone, doubled, moved or exchanged."""
    lines = text.split("\n")
    for _ in range(1 + source.randrange(2)):
        at, other = (source.randrange(len(lines)) for _ in range(2))
        kind = source.randrange(7)
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines.insert(other, lines[at])
        elif kind == 2:
            lines[at], lines[other] = lines[other], lines[at]
        else:
            lines[at] = _mutated_line(lines[at], text, source)
    return "\n".join(lines)


def _mutated_line(line: str, text: str, source: random.Random) -> str:
    words = _TOKEN.findall(line)
    if not words:
        return line
    at = source.randrange(len(words))
    pool = [word for word in _TOKEN.findall(text) if word.strip()]
    alike = [word for word in pool if word[0] == words[at][0]] or pool
    kind = source.randrange(4)
    if kind == 0:
        del words[at]
    elif kind == 1:
        words.insert(at, source.choice(pool))
    else:
        words[at] = source.choice(alike if kind == 2 else pool)
    return "".join(words)


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value of a JSON document but the whole."""
    if path:
        yield path
    items = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in items:
        yield from places(value, (*path, key))


def mutated_json(document: Any, source: random.Random) -> Any:
    """A JSON document with one or two values gone, changed, doubled or exchanged."""
    document = copy.deepcopy(document)
    for _ in range(1 + source.randrange(2)):
        path = source.choice([*places(document)])
        parent, key = _at(document, path[:-1]), path[-1]
        kind = source.randrange(5)
        if kind == 0:
            del parent[key]
        elif kind == 1:
            parent[key] = source.choice(_VALUES)
        elif kind == 2:
            other = _at(document, source.choice([*places(document)]))
            parent[key] = copy.deepcopy(other)
        elif kind == 3 and type(parent[key]) is int:
            parent[key] += source.choice((-1, 1))
        elif kind == 4 and isinstance(parent, list):
            parent.insert(source.randrange(len(parent) + 1), copy.deepcopy(source.choice(parent)))
    return document


def _at(document: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        document = document[key]
    return document
