"""What evaluation may cost, and the error that says it went wrong. A leaf under `values.py`.

Programs are data from strangers: no expression may take more memory or time than these bounds.
"""

from __future__ import annotations

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""A value at run time; records are dicts in field order. Nothing ever mutates one."""

MAX_TEXT = 16 * 1024 * 1024  # characters of one string
MAX_ITEMS = 1_000_000  # items of one list, and nodes of one nested value
MAX_DEPTH = 100  # lists and records inside each other
MAX_INT = 2**63 - 1  # what every wire format can carry


class EvalError(Exception):
    """An expression that has no value: the error of its row.

    3301 index out of range, 3302 no such field, 3303 division by zero, 3304 wrong type,
    3305 too large, 3306 bad argument, 3307 not a finite number, 3308 not JSON.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


_NAMES: dict[type, str] = {
    type(None): "none",
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    list: "list",
    dict: "record",
}


def kind_of(value: object) -> str:
    """What messages call the type of a value."""
    return _NAMES.get(type(value), type(value).__name__)


def wrong_type(what: str, value: object) -> EvalError:
    """The error for a value that `what` does not take."""
    return EvalError("3304", f"{what} does not take a value of type {kind_of(value)}")


def bounded_text(length: int) -> None:
    """Check the length of a string before it is made."""
    if length > MAX_TEXT:
        raise EvalError("3305", f"a text of {length} characters; the limit is {MAX_TEXT}")


def bounded_items(count: int) -> None:
    """Check the length of a list before it is made."""
    if count > MAX_ITEMS:
        raise EvalError("3305", f"a list of {count} items; the limit is {MAX_ITEMS}")


def bounded_value(value: Json) -> None:
    """Check a nested value before work that visits all of it: shared parts count each time."""
    stack: list[tuple[Json, int]] = [(value, 0)]
    seen = 0
    while stack:
        item, depth = stack.pop()
        seen += 1
        if seen > MAX_ITEMS or depth > MAX_DEPTH:
            raise EvalError("3305", "a nested value that is too large")
        if isinstance(item, list | dict):
            inner = item if isinstance(item, list) else list(item.values())
            bounded_items(seen + len(stack) + len(inner))
            stack.extend((child, depth + 1) for child in inner)
