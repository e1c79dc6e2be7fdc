"""Where things to append may wait before a run: in arguments, and in what a function reads from outside.

A plan holds only texts there; a run that is given a `gen` in a list goes as plain Python. Called before each run.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from types import CodeType, ModuleType
from typing import Any

from .surface import Appendable

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
_MOST = 500
"""How many values of one argument, or of one name, are looked at: longer lists hold data."""


def holds_marks(value: Any) -> bool:
    """Whether something to append that is no text is in a value, however deep."""
    left, seen, at = [value], set[int](), 0
    while left and at < _MOST:
        each, at = left.pop(), at + 1
        if isinstance(each, Appendable):
            return True
        if id(each) not in seen:
            seen.add(id(each))
            left += [inner for inner in islice(_inside(each), _MOST) if type(inner) not in _PLAIN]
    return False


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif isinstance(value, dict):
        yield from value.values()
    elif (not isinstance(value, ModuleType) and not callable(value)) or inspect.isclass(value):
        yield from getattr(value, "__dict__", {}).values()
        if not inspect.isclass(value) and hasattr(type(value), "__dict__"):
            yield from vars(type(value)).values()


def reads_marks(function: Callable[..., Any]) -> bool:
    """Whether something to append waits in a name from outside that a function reads, or one that it calls."""
    left, seen = [function], set[Callable[..., Any]]()
    while left:
        each = left.pop()
        code = getattr(each, "__code__", None)
        if code is None or each in seen:
            continue
        seen.add(each)
        for found in _outside(each, code):
            inner = getattr(found, "function", found)
            if inspect.isfunction(inner):
                left += [inner] if _is_users(inner) else []
            elif holds_marks(found):
                return True
    return False


def _is_users(function: Callable[..., Any]) -> bool:
    """Whether a function is neither ours nor Python's own."""
    root = (function.__module__ or "").partition(".")[0]
    return root != "sglc" and root not in sys.stdlib_module_names


def _outside(function: Callable[..., Any], code: CodeType) -> Iterator[Any]:
    """The values of the names from outside, and of those that are attributes of modules."""
    names = _names_in(code)
    scope = getattr(function, "__globals__", {})
    cells = zip(code.co_freevars, getattr(function, "__closure__", None) or (), strict=False)
    held = {name: cell for name, cell in cells}
    for name in names:
        if name in held:
            found = _content(held[name])
        elif name in scope:
            found = scope[name]
        else:
            continue
        if not isinstance(found, ModuleType):
            yield found
        elif found.__name__.partition(".")[0] != "sglc":
            yield from (vars(found)[each] for each in names if each in vars(found))


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _names_in(code: CodeType) -> set[str]:
    found = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names_in(constant)
    return found
