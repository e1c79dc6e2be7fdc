"""The number of a call in its function: its place among the calls of the source, whatever order they are reached in.

Source lowering and direct mode both number calls by it, so that a call samples alike in both.
"""

from __future__ import annotations

import ast
import builtins
from functools import lru_cache

_ASKING = frozenset({"gen", "gen_int", "gen_string", "select"})
_METHODS = frozenset(
    "fork join copy sync text messages var_scope set_var get_var error keys begin end".split()
)
_TURNS = frozenset(
    f"{role}{edge}" for role in ("system", "user", "assistant") for edge in ("", "_begin", "_end")
)
_NEVER = frozenset({*dir(builtins), *dir(str), *dir(list), *dir(dict), *_METHODS, *_TURNS, "image"})
"""Names of what neither asks a model nor is a function of the user's, as a rule."""
_NOT_OTHERS = _NEVER | _ASKING


def site_of(function: ast.AST, end: tuple[int, int]) -> str:
    """The number of the call that ends there; of any other place, which it is."""
    found = _numbers(function).get(end)
    first: int = function.lineno  # type: ignore[attr-defined]
    return str(found) if found is not None else f"{end[0] - first}:{end[1]}"


@lru_cache(maxsize=512)
def _numbers(function: ast.AST) -> dict[tuple[int, int], int]:
    """The calls of a function that may ask something, by where they end, numbered in order."""
    calls = [call for call in _calls(function) if _name(call) not in _NEVER]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return {_end(call): number for number, call in enumerate(calls, 1)}


def asking_calls(node: ast.AST) -> list[ast.Call]:
    """The calls in a node that ask a model, in the order of the source."""
    calls = [call for call in _calls(node) if _name(call) in _ASKING]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def other_calls(node: ast.AST) -> list[ast.Call]:
    """The calls in a node that may be of functions of the user's."""
    return [call for call in _calls(node) if _name(call) not in _NOT_OTHERS]


@lru_cache(maxsize=512)
def _calls(node: ast.AST) -> tuple[ast.Call, ...]:
    """All calls in a node, which several look for; the walk takes longer than the rest of a long list's lowering."""
    return tuple(n for n in ast.walk(node) if isinstance(n, ast.Call))


def _end(call: ast.Call) -> tuple[int, int]:
    assert call.end_lineno is not None
    assert call.end_col_offset is not None
    return call.end_lineno, call.end_col_offset


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
