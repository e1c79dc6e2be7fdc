"""Python's iteration: the next item is asked for when Python would ask for it.

For what may change while it is gone through, or run code of the user's, an iterator goes along with the loop.
Called by `loops`.
"""

from __future__ import annotations

from typing import Any

_END = object()


class Iteration:
    """An iterator, and the item that it gave last."""

    def __init__(self, over: Any) -> None:
        self._iterator = iter(over)
        self._item: Any = None

    def advance(self) -> bool:
        """Ask for the next item; whether there was one."""
        self._item = next(self._iterator, _END)
        return self._item is not _END

    def item(self) -> Any:
        """The item."""
        return self._item


def begin(over: Any) -> Iteration:
    """Start to go through something. Raises TypeError as Python does."""
    return Iteration(over)


def advance(iteration: Iteration) -> bool:
    """Ask for the next item; whether there was one."""
    return iteration.advance()


def item(iteration: Iteration) -> Any:
    """The item that was asked for last."""
    return iteration.item()
