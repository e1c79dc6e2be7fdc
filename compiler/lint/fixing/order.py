"""Safe fixes of order: `sorted(...)` around what has no order, `sort_keys` where it is dumped."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..finding import Cause, Evidence, Fix
from .tree import Tree

_UNSORTABLE = ("scandir", "walk", "__subclasses__", "hgetall", "iter_modules", "entry_points")
_GOES_THROUGH = frozenset({"list", "tuple", "enumerate", "map", "filter", "iter"})


def canonical(evidence: Evidence, tree: Tree) -> Fix | None:
    """A fix that gives what has no order one; None where it isn't clear from the text alone."""
    if evidence.cause is not Cause.UNORDERED:
        return None
    for place in (evidence.origin, *evidence.path):
        for node in tree.at(place):
            fix = _dumped(node, tree) or _gone_through(node, tree)
            if fix is not None:
                return fix
    return None


def _gone_through(node: ast.expr, tree: Tree) -> Fix | None:
    if _name_of(node) in _UNSORTABLE:
        return None
    found = [node] if _is_iterated(node, tree) else list(_uses(node, tree))
    if not found:
        return None
    edits = tuple(tree.replaced(each, f"sorted({_bare(each, tree)})") for each in found)
    return Fix("put it in order with `sorted(...)`", edits, True)


def _bare(node: ast.expr, tree: Tree) -> str:
    text = tree.source(node)
    if isinstance(node, ast.GeneratorExp) and text.startswith("("):
        return text[1:-1]
    return text


def _name_of(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
        case _:
            return ""


def _is_iterated(node: ast.expr, tree: Tree) -> bool:
    """Whether an expression is gone through where it stands, and used for nothing else."""
    match tree.parents.get(node):
        case ast.For(iter=over) | ast.AsyncFor(iter=over) | ast.comprehension(iter=over):
            return over is node
        case ast.Call(func=ast.Attribute(attr="join"), args=[only]):
            return only is node
        case ast.Call(func=ast.Name(id=name), args=args) if name in _GOES_THROUGH:
            return node in args
        case ast.Starred():
            return True
        case _:
            return False


def _uses(node: ast.expr, tree: Tree) -> Iterator[ast.expr]:
    """Where the name that a set is assigned to is gone through, in the same file."""
    match tree.parents.get(node):
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            for each in ast.walk(tree.root):
                if isinstance(each, ast.Name) and each.id == name and _is_iterated(each, tree):
                    yield each
        case _:
            return


def _dumped(node: ast.expr, tree: Tree) -> Fix | None:
    """`json.dumps` around what has no order, or around the name that it was given."""
    for call in _dumps_of(node, tree):
        if any(k.arg in ("sort_keys", None) for k in call.keywords):
            continue
        _, end = tree.span(call)
        comma = "" if tree.text[: end - 1].rstrip().endswith(",") else ", "
        edit = tree.replaced(call, tree.source(call)[:-1].rstrip() + f"{comma}sort_keys=True)")
        return Fix("dump it with `sort_keys=True`", (edit,), True)
    return None


def _dumps_of(node: ast.expr, tree: Tree) -> Iterator[ast.Call]:
    above = tree.parents.get(node)
    if isinstance(above, ast.comprehension):
        above = tree.parents.get(above)
    whole = above if isinstance(above, ast.DictComp) else node
    if not isinstance(whole, ast.DictComp | ast.Dict):
        return
    parent = tree.parents.get(whole)
    name = ast.unparse(parent.targets[0]) if isinstance(parent, ast.Assign) else ""
    for each in ast.walk(tree.root):
        if (
            isinstance(each, ast.Call)
            and ast.unparse(each.func).endswith("json.dumps")
            and each.args
        ):
            if each.args[0] is whole or (name and _is_name(each.args[0], name)):
                yield each


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
