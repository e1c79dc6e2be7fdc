"""Methods as they stand in their classes: bound to nothing, with what their parameters are by default."""

from __future__ import annotations

import ast

from .values import ClassInfo, FnV


def method_of(info: ClassInfo, name: str) -> FnV:
    """A method as it stands in its class."""
    node = info.methods[name]
    return FnV(
        node,
        info.module,
        f"{info.name}.{name}",
        info.closure,
        owner=info,
        marks=decorators(node),
        defaults=info.method_defaults.get(name, {}),
    )


def decorators(node: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """The last names of a function's decorators."""
    found: set[str] = set()
    for each in node.decorator_list:
        inner = each.func if isinstance(each, ast.Call) else each
        found.add(
            inner.attr
            if isinstance(inner, ast.Attribute)
            else inner.id
            if isinstance(inner, ast.Name)
            else ""
        )
    return frozenset(found)


def is_class_method(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method gets the class."""
    return "classmethod" in decorators(node) or node.name in _OF_CLASSES


_OF_CLASSES = ("__class_getitem__", "__init_subclass__")


def has_no_body(node: ast.AST) -> bool:
    """Whether a function only says what others do: a protocol's, or an abstract one."""
    body = node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else [node]
    return all(
        isinstance(each, ast.Pass | ast.Raise)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in body
    )
