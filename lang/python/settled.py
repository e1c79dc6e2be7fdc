"""What a file may change while it runs: names declared `global` or `nonlocal`, and attributes that are set.

A value from outside may be taken while a program is compiled only if nothing that runs could change it; this
is the proof, from the text of the files that could. Called by `outside`.
"""

from __future__ import annotations

import ast
import linecache
import sys
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from .source import parsed

_DICTS = frozenset({"__dict__", "vars", "globals"})
_OF_BIRTH = frozenset({"__init__", "__post_init__", "__new__", "__setstate__"})


@dataclass(frozen=True)
class Writes:
    """Names and attributes that the functions of a file set; `anything`: it can't be told which."""

    names: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    anything: bool = False


_MAY_CHANGE = (ast.Global, ast.Nonlocal, ast.Attribute, ast.Call, ast.Subscript)
"""Syntax that says what is changed; the rest of a file is not looked at any closer."""


@lru_cache(maxsize=64)
def writes_of(text: str) -> Writes:
    """What the functions of a file may change."""
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError):
        return Writes(anything=True)
    names: set[str] = set()
    attributes: set[str] = set()
    anything = False
    own = _of_own_birth(tree)
    for node in ast.walk(tree):
        if not isinstance(node, _MAY_CHANGE):
            continue
        match node:
            case ast.Global(names=found) | ast.Nonlocal(names=found):
                names.update(found)
            case ast.Attribute(ctx=ast.Store() | ast.Del(), attr=attr) if node not in own:
                attributes.add(attr)
            case ast.Call(
                func=ast.Name(id="setattr" | "delattr"), args=[_, ast.Constant(str(attr)), *_]
            ):
                attributes.add(attr)
                names.add(attr)
            case ast.Call(func=ast.Name(id="setattr" | "delattr")):
                anything = True
            case ast.Call(func=ast.Name(id="exec"), args=[_]):
                anything = True
            case ast.Attribute(attr="__setattr__" | "__delattr__" | "__globals__"):
                anything = True
            case ast.Subscript(ctx=ast.Store() | ast.Del(), value=inner) if _is_dict(inner):
                anything = True
            case ast.Attribute(value=inner) if _is_dict(inner):
                anything = True
            case _:
                pass
    return Writes(frozenset(names), frozenset(attributes), anything)


def _is_dict(node: ast.expr) -> bool:
    """Whether an expression is the dictionary of an object: `x.__dict__`, `vars(x)`."""
    inner = node.func if isinstance(node, ast.Call) else node
    return getattr(inner, "attr", getattr(inner, "id", "")) in _DICTS


def _of_own_birth(tree: ast.AST) -> set[ast.AST]:
    """`self.x = ...` of an object that is being made, which nobody has read yet."""
    found: set[ast.AST] = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name in _OF_BIRTH:
            first = [arg.arg for arg in function.args.args[:1]]
            found |= {
                n for n in ast.walk(function)
                if isinstance(n, ast.Attribute) and getattr(n.value, "id", None) in first
            }  # fmt: skip
    return found


def text_of(owner: Any) -> str | None:
    """The source that can set attributes of an object as its own: empty for C, None when it is not at hand."""
    module = owner if isinstance(owner, ModuleType) else None
    if module is None:
        kind = owner if isinstance(owner, type) else type(owner)
        module = sys.modules.get(kind.__module__)
    if module is None:
        return None
    file = getattr(module, "__file__", None)
    if file is None or not file.endswith(".py"):
        return ""
    return "".join(linecache.getlines(file, vars(module)))
