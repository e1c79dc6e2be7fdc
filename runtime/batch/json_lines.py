"""Rows as JSON lines: one object of parameters on each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from ..plan.errors import RunError
from ..plan.nesting import MAX_DEPTH, is_too_deep
from ..plan.schema import PlanProgram
from .rows import BOM, MAX_LINE, Row, bad_row, checked_row


class JsonLines:
    """One JSON object of parameters on each line; empty lines are skipped."""

    name = "JSON lines"

    def count(self, stream: BinaryIO) -> int:
        """How many rows a file holds."""
        return sum(1 for _ in _lines(stream))

    def rows(self, stream: BinaryIO, program: PlanProgram) -> Iterator[Row]:
        """The rows of a file."""
        for row, (number, line) in enumerate(_lines(stream)):
            try:
                args = _decoded(line)
            except RunError as error:
                yield bad_row(row, number, error)
            else:
                yield checked_row(row, number, args, program)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers; of one that is too long, its beginning."""
    number = 0
    while line := stream.readline(MAX_LINE + 2):
        number += 1
        last = line
        while not last.endswith(b"\n") and len(last) == MAX_LINE + 2:
            last = stream.readline(MAX_LINE + 2)
        line = line.removeprefix(BOM) if number == 1 else line
        if line.strip():
            yield number, line


def _decoded(text: bytes) -> dict[str, Any]:
    if len(text) > MAX_LINE:
        raise RunError("SGL3601", f"the line is longer than {MAX_LINE} bytes")
    if is_too_deep(text):
        raise RunError("SGL3601", f"the line is nested more than {MAX_DEPTH} levels deep")
    try:
        found = msgspec.json.decode(text)
    except UnicodeDecodeError:
        raise RunError("SGL3601", "the line is not UTF-8", "save the file as UTF-8") from None
    except msgspec.DecodeError as error:
        why = "half a surrogate pair in a text" if _has_half_a_pair(text) else str(error)
        raise RunError("SGL3601", f"the line is not JSON: {why}") from None
    if not isinstance(found, dict):
        raise RunError(
            "SGL3601", f"the line holds a {type(found).__name__}, not an object of parameters"
        )
    json.loads(text, object_pairs_hook=_each_once)
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    """The decoder keeps the last of two values of one name, and would lose the first in silence."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise RunError("SGL3601", f"`{twice}` stands twice in one object", "each name once")


def _has_half_a_pair(text: bytes) -> bool:
    """Whether a line is JSON but for a text that is none: the decoder does not say so."""
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        pass
    return False
