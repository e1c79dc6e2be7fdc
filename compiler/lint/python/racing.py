"""Attributes into which methods that run side by side put what they get, in the order in which they end."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache

from .walking import walk

_STARTS = frozenset(
    "gather create_task ensure_future start_soon as_completed wait submit map add_task spawn add_done_callback".split()
)
_PUTS = frozenset("append extend add insert update setdefault appendleft".split())


@lru_cache(maxsize=2048)
def raced_in(node: ast.ClassDef) -> Mapping[str, ast.AST]:
    """By attribute: where a method that runs beside itself puts something into it."""
    started = set(_started_in(node))
    if not started:
        return {}
    found: dict[str, ast.AST] = {}
    for method in node.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name in started:
            for attr, place in _put_late(method):
                found.setdefault(attr, place)
    return {attr: place for attr, place in found.items() if not _is_sorted(node, attr)}


def _started_in(node: ast.AST) -> Iterator[str]:
    """The methods of `self` that are handed to what starts them side by side."""
    for call in walk(node):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in _STARTS:
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            for each in (inner for value in given for inner in walk(value)):
                if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
                    yield each.attr


def _put_late(method: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.AST]]:
    """What a method puts into attributes once it has waited for something."""
    waits = [n.lineno for n in walk(method) if isinstance(n, _WAITS)]
    if not waits and isinstance(method, ast.AsyncFunctionDef):
        return
    for node in walk(method):
        owner = _filled(node)
        if isinstance(owner, ast.Attribute) and getattr(node, "lineno", 0) >= min(waits, default=0):
            yield owner.attr, node


_WAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)


def _filled(node: ast.AST) -> ast.expr | None:
    """What a statement or call puts something into."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _PUTS:
            return value
        case ast.Assign(targets=[ast.Subscript(value=value)]):
            return value
        case ast.AugAssign(target=target, op=ast.Add() | ast.BitOr()):
            return target
        case _:
            return None


def _is_sorted(node: ast.AST, attr: str) -> bool:
    return f".{attr}.sort(" in ast.unparse(node)
