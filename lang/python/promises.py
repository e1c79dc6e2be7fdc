"""What a program says of the functions that it calls: `pure` and `total`, as a `.sgl` file says it of its externs.

A promise lets calls of the model run beside the function's; nothing else changes, and direct mode takes no notice.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from weakref import WeakKeyDictionary

from ...ir.ops import Operand, Value
from ...ir.types import NONE
from .constants import keywords, static
from .context import SCALARS, Lowering
from .hosting import host_promised
from .marks import may_make_marks
from .source import CannotLower

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
Promise = Literal["pure", "total"]
_PROMISES: WeakKeyDictionary[Callable[..., Any], Promise] = WeakKeyDictionary()


def pure(function: FunctionT) -> FunctionT:
    """Promise that a function has no effect: its calls may run earlier, or not at all. Raises TypeError."""
    return _promised(function, "pure")


def total(function: FunctionT) -> FunctionT:
    """Promise that a function does not fail, whatever it is given: calls of the model need not wait for it.

    Its calls run once, in their place among the other Python of the program. Raises TypeError.
    """
    return _promised(function, "total")


def _promised(function: FunctionT, promise: Promise) -> FunctionT:
    """The function itself: who wraps it gives a function of which nothing is promised."""
    try:
        _PROMISES[function] = promise
    except TypeError:
        raise TypeError(f"`{promise}` is said of a function, not of {function!r}") from None
    return function


def promise_of(function: Any) -> Promise | None:
    """What was promised of a function."""
    try:
        return _PROMISES.get(function)
    except TypeError:
        return None


@dataclass(frozen=True)
class _Given:
    """The arguments of a call: how many come by position, and the names of the others."""

    function: Callable[..., Any]
    count: int
    names: tuple[str, ...]

    def __call__(self, *values: Any) -> Any:
        named = dict(zip(self.names, values[self.count :], strict=True))
        return self.function(*values[: self.count], **named)


def promised_call(low: Lowering, node: ast.expr) -> Value | None:
    """A call of a function of which something is promised, its arguments computed before; None for any other."""
    if not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    found = static(low, node.func)
    promise = promise_of(found[0]) if found is not None else None
    if found is None or promise is None or may_make_marks(low, node):
        return None
    try:
        named = keywords(low, node)
    except CannotLower:
        return None
    values = [low.value(each) for each in (*node.args, *named.values())]
    piece = _Given(found[0], len(node.args), tuple(named))
    return host_promised(low, piece, values, node, _kept(promise, values))


def _kept(promise: Promise, values: list[Operand]) -> Promise:
    """The promise that holds for these arguments: what can change in place is looked at where Python looks at it."""
    is_plain = all(value.type in (*SCALARS, NONE) for value in values)
    return promise if is_plain else "total"
