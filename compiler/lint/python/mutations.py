"""What a method changes in its object, as it is written: attributes that grow, shrink, or are replaced."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .walking import nodes_of, walk

GROWING = frozenset({"append", "extend", "insert", "add", "update", "setdefault", "appendleft"})
MUTATING = GROWING | {"pop", "remove", "discard", "clear", "popitem", "popleft"}


def mutations(method: ast.AST, me: str) -> Iterator[tuple[str, ast.AST, bool]]:
    """Attributes of `self` that a method changes so that the next call sees it."""
    lazily, begun = _lazily_set(method, me), _begun_in(method, me)
    for node in nodes_of(method):
        match node:
            case ast.AugAssign(target=target):
                attr = attribute_of(target, me) or item_of(target, me)
                if attr and attr not in begun:
                    yield attr, node, isinstance(node.op, ast.Add)
            case ast.Assign(targets=targets):
                for target in targets:
                    item = item_of(target, me)
                    if item:
                        yield item, node, True
                    attr = attribute_of(target, me)
                    if attr and attr not in lazily and not _is_constant(node.value):
                        if any(attribute_of(n, me) == attr for n in walk(node.value)):
                            yield attr, node, False
                            if _puts_behind(node.value):
                                yield attr, node, True
            case ast.ExceptHandler(name=str(caught)):
                yield from _kept_errors(node, me, caught)
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in MUTATING:
                attr = attribute_of(value, me) or item_of(value, me)
                if attr:
                    yield attr, node, name in GROWING
            case ast.Delete(targets=targets):
                for target in targets:
                    if item := item_of(target, me):
                        yield item, node, False
            case _:
                pass


def _puts_behind(value: ast.expr) -> bool:
    """`[x for x in self.all if ...] + new`: what comes back stands at the end."""
    match value:
        case ast.BinOp(left=ast.ListComp(generators=generators), op=ast.Add()):
            return any(each.ifs for each in generators)
        case ast.List(elts=[ast.Starred(value=ast.ListComp(generators=generators)), _, *_]):
            return any(each.ifs for each in generators)
        case _:
            return False


def _kept_errors(
    handler: ast.ExceptHandler, me: str, caught: str
) -> Iterator[tuple[str, ast.AST, bool]]:
    """Attributes in which a handler keeps what it caught."""
    for node in walk(handler):
        if isinstance(node, ast.Assign):
            mentions = any(isinstance(n, ast.Name) and n.id == caught for n in walk(node.value))
            for target in node.targets if mentions else ():
                if attr := attribute_of(target, me):
                    yield attr, node, False


def replaced(method: ast.FunctionDef | ast.AsyncFunctionDef, me: str) -> set[str]:
    """Attributes that a method sets to what it is given."""
    given = {each.arg for each in (*method.args.args, *method.args.kwonlyargs)}
    return {
        attribute_of(target, me)
        for node in nodes_of(method)
        if isinstance(node, ast.Assign) and _names_in(node.value) & given
        for target in node.targets
    } - {""}


OF_MODELS = re.compile(r"(^|_)(model|client|engine|provider|deployment)(_name|_id)?$")
"""Attributes that say who is asked."""


def renamed(method: ast.AST, me: str) -> set[str]:
    """Attributes that say who is asked, which a method sets to another model: the next one of a list, say."""
    found = {
        attribute_of(target, me)
        for node in nodes_of(method)
        if isinstance(node, ast.Assign) and not _is_nothing(node.value)
        for target in node.targets
    }
    return {attr for attr in found - _lazily_set(method, me) if OF_MODELS.search(attr)}


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _names_in(node: ast.expr) -> set[str]:
    """The name that a value is, or whose text it is made of."""
    match node:
        case ast.Name(id=name):
            return {name}
        case ast.Subscript(value=value):
            return _names_in(value)
        case ast.Call(func=ast.Attribute(value=value), args=args) if not any(
            isinstance(n, ast.Name) for a in args for n in walk(a)
        ):
            return _names_in(value)
        case _:
            return set()


def _begun_in(method: ast.AST, me: str) -> set[str]:
    """Attributes that a method begins anew with what it is given: what it adds is no more than its own."""
    given: set[str] = set()
    if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
        given = {each.arg for each in (*method.args.args, *method.args.kwonlyargs)}
    found: set[str] = set()
    for node in getattr(method, "body", []):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            if node.value.id in given:
                found |= {attribute_of(target, me) for target in node.targets}
    return found - {""}


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _lazily_set(method: ast.AST, me: str) -> set[str]:
    """Attributes that are set where they are found to be missing: they are built once."""
    found: set[str] = set()
    for node in nodes_of(method):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare | ast.UnaryOp):
            asked = {attribute_of(n, me) for n in walk(node.test)} - {""}
            found |= asked if _ends(node.body) else asked & _set_in(node, me)
    return found


def _ends(body: list[ast.stmt]) -> bool:
    """Whether a function ends there: what stands behind is done in the other case."""
    return isinstance(body[-1], ast.Return | ast.Raise)


def _set_in(node: ast.If, me: str) -> set[str]:
    assigned = (n for n in walk(node) if isinstance(n, ast.Assign))
    return {attribute_of(target, me) for n in assigned for target in n.targets}


def attribute_of(node: ast.AST, me: str) -> str:
    """`x` where the node is `self.x`, else nothing."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == me:
        return node.attr
    return ""


def item_of(node: ast.AST, me: str) -> str:
    """`x` where the node is `self.x[...]`, else nothing."""
    return attribute_of(node.value, me) if isinstance(node, ast.Subscript) else ""
