"""Functions inside a program: they see its names change, a piece of Python sees them as they are now.

Where a name that an inner function reads is bound again after it, or around it in a loop, or is bound by the
inner function itself, the program can't be cut into pieces there. Called by `opaque`.
"""

from __future__ import annotations

import ast

from .context import Lowering
from .names import names_read, names_written

_FUNCTIONS = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.GeneratorExp, ast.ClassDef)
_CONSUMERS = frozenset("sum any all sorted sort list tuple set dict min max join frozenset".split())


def check_closures(low: Lowering, node: ast.AST) -> None:
    """Refuse inner functions that see more of the program's names than their values of this moment."""
    used_at_once = _used_at_once(node)
    for inner in ast.walk(node):
        if not isinstance(inner, _FUNCTIONS) or inner in used_at_once:
            continue
        for name in sorted(names_read([inner]) & low.frame.local_names()):
            if _changes_later(low, inner, name, node):
                headline = f"a function that reads `{name}`, which changes later"
                help = (
                    f"`{name}={name}` as a default of its parameter keeps the value of this moment"
                )
                raise low.refuse("SGL0502", inner, headline, help)
        for deep in ast.walk(inner):
            if isinstance(deep, ast.Nonlocal):
                headline = f"a function that binds `{deep.names[0]}` of the program"
                raise low.refuse(
                    "SGL0502", inner, headline, "a list or a dictionary can be changed in place"
                )


def _used_at_once(node: ast.AST) -> set[ast.AST]:
    """What a call uses and forgets: `sum(x for x in xs)`, `sorted(xs, key=lambda x: x[w])`."""
    found: set[ast.AST] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            name = getattr(inner.func, "id", getattr(inner.func, "attr", ""))
            if name in _CONSUMERS:
                given = (*inner.args, *(keyword.value for keyword in inner.keywords))
                found.update(a for a in given if isinstance(a, ast.GeneratorExp | ast.Lambda))
    return found


def _changes_later(low: Lowering, function: ast.AST, name: str, piece: ast.AST) -> bool:
    """Whether a name is bound again, outside the piece, where the function may still be called."""
    inside = {id(n) for n in ast.walk(piece)}
    start = _place(function)
    for loop in ast.walk(low.frame.source.node):
        if isinstance(loop, ast.For | ast.While) and _spans(loop, start):
            if name in names_written([loop]) and not _is_within(loop, piece):
                return True
    for other in ast.walk(low.frame.source.node):
        if id(other) in inside or not _binds(other, name):
            continue
        if _place(other) > start and not _spans(piece, _place(other)):
            return True
    return False


def _binds(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=found, ctx=ast.Store() | ast.Del()):
            return found == name
        case ast.FunctionDef(name=found) | ast.ClassDef(name=found) | ast.ExceptHandler(name=found):
            return found == name
        case _:
            return False


def _place(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]


def _spans(node: ast.AST, place: tuple[int, int]) -> bool:
    end = node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
    return _place(node) <= place < end


def _is_within(node: ast.AST, piece: ast.AST) -> bool:
    return _spans(piece, _place(node))
