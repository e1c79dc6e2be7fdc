"""Helpers that take a state: their body stands in place of their call; and what a name may be bound to."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ...ir.ops import Operand
from .appended import maker, parts, primitive
from .constants import const, keywords, static
from .context import NOTHING, Frame, Lowering
from .forks import fork, is_fork
from .outside import PURE_GLOBALS
from .scope import HANDLES, RETURN, ArmsRef, ForksRef, KeywordsRef, Meaning, Pending, StateRef
from .source import FunctionSource
from .states import state_of


def helper(low: Lowering, node: ast.expr) -> tuple[Callable[..., Any], Mapping[str, Any]] | None:
    """The function that a call calls, and what is bound in it, if it takes a state or makes what is appended."""
    if not isinstance(node, ast.Call):
        return None
    if not takes_state(low, node) and maker(low, node) is None:
        return None
    found = static(low, node.func)
    if found is None:
        return None
    inner = getattr(found[0], "function", found[0])
    return (inner, getattr(found[0], "bound", {})) if inspect.isfunction(inner) else None


def takes_state(low: Lowering, node: ast.Call) -> bool:
    """Whether a call has a state among its arguments."""
    return any(_is_handle(low, each) for each in _all_args(node))


def _is_handle(low: Lowering, node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        meaning = low.scope.names.get(node.id)
        return isinstance(meaning, HANDLES) and not isinstance(meaning, KeywordsRef)
    return isinstance(node, ast.Subscript) and state_of(low, node) is not None


def inline(
    low: Lowering, function: Callable[..., Any], bound: Mapping[str, Any], node: ast.Call
) -> Meaning:
    """The body of a helper in place of its call; what it returns."""
    if function in low.frame.calling:
        raise low.refuse("SGL0508", node, f"`{function.__name__}` calls itself")
    names = _bind_arguments(low, function, bound, node)
    outer, outer_names = low.frame, low.scope.names
    prefix, calling = (
        f"{low.site(low.place(node), low.blocks.indices)}.",
        (*outer.calling, function),
    )
    low.frame = Frame(FunctionSource.of(function), calling, prefix)
    low.blocks.scope = low.scope.renamed(names)
    try:
        low.block(low.frame.source.node.body)
        return low.scope.names.get(RETURN, NOTHING)
    finally:
        low.frame = outer
        low.blocks.scope = low.scope.renamed(outer_names)


def _bind_arguments(
    low: Lowering, function: Callable[..., Any], bound: Mapping[str, Any], node: ast.Call
) -> dict[str, Meaning]:
    signature = inspect.signature(function)
    named = keywords(low, node)
    if any(isinstance(arg, ast.Starred) for arg in node.args):
        raise low.refuse("SGL0509", node, "arguments that are unpacked at run time")
    try:
        given = signature.bind(*node.args, **{**bound, **named})
    except TypeError as error:
        raise low.refuse("SGL0509", node, str(error)) from None
    meanings = {id(each): meaning_of(low, each) for each in (*node.args, *named.values())}
    names: dict[str, Meaning] = {}
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            raise low.refuse("SGL0509", node, f"a helper with `*{name}`")
        if parameter.kind is parameter.VAR_KEYWORD:
            names |= _keywords_of(name, given.arguments.get(name, {}), meanings)
            continue
        value = given.arguments.get(name, parameter.default)
        names[name] = (
            meanings[id(value)]
            if isinstance(value, ast.expr)
            else _outer_value(low, value, name, node)
        )
    return names


def _keywords_of(
    name: str, given: Mapping[str, ast.expr], meanings: Mapping[int, Meaning]
) -> dict[str, Meaning]:
    """What a helper's `**name` stands for."""
    whole = KeywordsRef(name, tuple(given))
    return {name: whole, **{whole.name_of(key): meanings[id(v)] for key, v in given.items()}}


def meaning_of(low: Lowering, node: ast.expr) -> Meaning:
    """What a name stands for that is bound to an expression."""
    state = state_of(low, node)
    if state is not None:
        return StateRef(state)
    if isinstance(node, ast.Name):
        found = low.scope.names.get(node.id)
        if isinstance(found, ForksRef | ArmsRef | Pending | KeywordsRef):
            return found
    forked = is_fork(low, node)
    if forked is not None and isinstance(node, ast.Call):
        return fork(low, forked, node)
    found = helper(low, node)
    if found is not None and isinstance(node, ast.Call):
        return inline(low, *found, node)
    if any(_makes(low, inner) for inner in ast.walk(node) if isinstance(inner, ast.Call)):
        return Pending(tuple(parts(low, node)))
    return low.value(node)


def _makes(low: Lowering, node: ast.Call) -> bool:
    return primitive(low, node) is not None or maker(low, node) is not None


def _outer_value(low: Lowering, value: Any, name: str, node: ast.Call) -> Operand:
    """A default or bound value of a helper's parameter."""
    if value is None or type(value) in PURE_GLOBALS:
        found = const(low, value)
        if found is not None:
            return found
    raise low.refuse("SGL0509", node, f"the default of `{name}` is not a constant")


def _all_args(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]
