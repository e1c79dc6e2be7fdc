"""The types that a Python function's annotations declare, as types of the language; what says nothing is a text."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from typing import Any

from ...ir.types import ANY, BOOL, FLOAT, INT, NONE, STR, ListType, OptionalType, Type, UnionType
from ..api.compiled import type_of

_SCALARS: dict[Any, Type] = {
    str: STR,
    int: INT,
    float: FLOAT,
    bool: BOOL,
    None: NONE,
    type(None): NONE,
}


def parameter_types(function: Callable[..., Any]) -> dict[str, tuple[Type, list[Any]]]:
    """Of every parameter but the first, the prompt state, its type and its default as a list of one or none."""
    hints = _hints(function)
    own = list(inspect.signature(function).parameters.values())[1:]
    return {each.name: _parameter(each, hints) for each in own}


def _parameter(parameter: inspect.Parameter, hints: dict[str, Any]) -> tuple[Type, list[Any]]:
    default = [] if parameter.default is inspect.Parameter.empty else [parameter.default]
    if parameter.name in hints:
        return type_of_hint(hints[parameter.name]), default
    return (type_of(default[0]) if default else STR), default


def type_of_hint(hint: Any) -> Type:
    """The type that a hint stands for; `any` for what the language has no type for."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    if origin is list and len(arguments) == 1:
        return ListType(type_of_hint(arguments[0]))
    if origin is typing.Literal:
        return UnionType(arguments)
    if (
        origin in (typing.Union, types.UnionType)
        and type(None) in arguments
        and len(arguments) == 2
    ):
        return OptionalType(
            type_of_hint(next(each for each in arguments if each is not type(None)))
        )
    return ANY


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except Exception:  # hints are the user's code: one that can't be read says nothing
        return {}
