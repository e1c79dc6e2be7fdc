"""Unsafe fixes: the piece of a text that changes is moved behind those beside it that stay the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ..finding import Cause, Evidence, Fix, Place
from .tree import Tree

MOVABLE = frozenset(
    {
        Cause.CLOCK,
        Cause.DATE,
        Cause.RANDOM,
        Cause.USER,
        Cause.HOST,
        Cause.STATE,
        Cause.COUNTER,
        Cause.VARYING,
        Cause.RETRIEVED,
        Cause.HASHED,
        Cause.SIGNED,
    }
)


def moved(evidence: Evidence, tree: Tree) -> Fix | None:
    """A fix that moves what changes to the end of a sum, of a joined list, or of the lines of an f-string."""
    if evidence.cause not in MOVABLE:
        return None
    names = set(_names(evidence, tree))
    for builder, pieces in _builders(tree):
        at = [n for n, piece in enumerate(pieces) if _holds(piece, evidence, names, tree)]
        if at and at[-1] < len(pieces) - 1 and len(at) < len(pieces):
            kept = [p for n, p in enumerate(pieces) if n not in at]
            ordered = [*kept, *(pieces[n] for n in at)]
            edits = tuple(
                tree.replaced(old, tree.source(new))
                for old, new in zip(pieces, ordered, strict=True)
                if old is not new
            )
            what = "sum" if isinstance(builder, ast.BinOp) else "list"
            return Fix(f"move what changes to the end of the {what}", edits, False)
    return _in_string(evidence, names, tree)


def _names(evidence: Evidence, tree: Tree) -> Iterator[str]:
    """Names that hold what changes: assigned where it comes from, or where it passes."""
    places = (evidence.origin, *evidence.path)
    for node in ast.walk(tree.root):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]):
                if any(_covers(node, place, tree) for place in places):
                    yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if any(_covers(node, place, tree) for place in places):
                    yield f"{name}()"
            case _:
                pass


def _covers(node: ast.stmt | ast.expr, place: Place, tree: Tree) -> bool:
    if place.file != tree.file:
        return False
    start = (node.lineno, node.col_offset + 1)
    end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
    return start <= (place.line, place.column) <= end


def _holds(piece: ast.expr, evidence: Evidence, names: set[str], tree: Tree) -> bool:
    """Whether a piece is what changes, or names it."""
    if _covers(piece, evidence.origin, tree):
        return True
    for node in ast.walk(piece):
        if isinstance(node, ast.Name) and node.id in names:
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if f"{called}()" in names:
                return True
    return False


def _builders(tree: Tree) -> Iterator[tuple[ast.expr, Sequence[ast.expr]]]:
    """Sums and joined lists with their pieces, in order of appearance."""
    for node in ast.walk(tree.root):
        match node:
            case ast.BinOp(op=ast.Add()) if not isinstance(tree.parents.get(node), ast.BinOp):
                yield node, list(_summands(node))
            case ast.Call(
                func=ast.Attribute(attr="join"), args=[ast.List() | ast.Tuple() as items]
            ):
                if not any(isinstance(each, ast.Starred) for each in items.elts):
                    yield node, items.elts
            case _:
                pass


def _summands(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _summands(node.left)
        yield from _summands(node.right)
    else:
        yield node


def _in_string(evidence: Evidence, names: set[str], tree: Tree) -> Fix | None:
    """The lines of a plain f-string: those that change go to its end."""
    for node in ast.walk(tree.root):
        if not isinstance(node, ast.JoinedStr):
            continue
        held = [v for v in node.values if isinstance(v, ast.FormattedValue)]
        if not any(_holds(v.value, evidence, names, tree) for v in held):
            continue
        source = tree.source(node)
        fixed = _reordered(
            source, [tree.source(v.value) for v in held if _holds(v.value, evidence, names, tree)]
        )
        if fixed is not None:
            edit = tree.replaced(node, fixed)
            return Fix("move the lines that change to the end of the text", (edit,), False)
    return None


def _reordered(source: str, values: Sequence[str]) -> str | None:
    """An f-string of one literal with its changing lines last; None where that can't be told from the text."""
    quote = source[1:4] if source[1:4] in ('"""', "'''") else source[1:2]
    body = source[1 + len(quote) : -len(quote)]
    if source[:1] not in "fF" or quote in body:
        return None
    end = "\n" if len(quote) == 3 else "\\n"
    lines = body.split(end)
    changing = [line for line in lines if any("{" + value in line for value in values)]
    kept = [line for line in lines if line not in changing]
    if not changing or not any(line.strip() for line in kept):
        return None
    tail = [kept.pop()] if kept and not kept[-1].strip() else []
    ordered = end.join([*kept, *changing, *tail])
    return None if ordered == body else f"{source[:1]}{quote}{ordered}{quote}"
