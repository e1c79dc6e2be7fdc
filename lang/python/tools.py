"""A Python function as a tool: what the model is told of it, and the type of the arguments that it gives.

Types are those of the signature; what the function and its parameters are for stands in the docstring.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ...ir.constrained.calls import OWN_FIELDS, tool_schema
from ...ir.types import BOOL, FLOAT, INT, STR, ListType, OptionalType, RecordType, Type, UnionType

_SCALARS: Mapping[Any, Type] = {str: STR, int: INT, float: FLOAT, bool: BOOL}
CHOICES = ("auto", "required")
"""What `tool_choice` may be: the model chooses, or it calls a tool."""


@dataclass(frozen=True)
class Tool:
    """A function that a model may call: its name, the type of its arguments, and what a chat template is told."""

    name: str
    arguments: RecordType
    schema: Mapping[str, Any]


def tools_of(functions: Any) -> tuple[Tool, ...]:
    """The tools of `tools=`. Raises TypeError."""
    if not isinstance(functions, list | tuple) or not functions:
        raise TypeError("`tools` takes a list of functions: `tools=[search]`")
    found = [tool_of(each) for each in cast("list[Any]", functions)]
    names = [tool.name for tool in found]
    for name in names:
        if names.count(name) > 1:
            raise TypeError(f"two tools are named `{name}`")
    return tuple(found)


def must_call(choice: Any) -> bool:
    """Whether the model answers with a call, as `tool_choice` says. Raises ValueError."""
    if choice is not None and choice not in CHOICES:
        raise ValueError(f"`tool_choice` is 'auto' or 'required', not {choice!r}")
    return choice == "required"


def tool_of(function: Any) -> Tool:
    """A function as a tool. Raises TypeError where a model can't be told what to give it."""
    inner: Any = getattr(function, "function", function)
    name = getattr(inner, "__name__", "")
    if not callable(inner) or inspect.isclass(inner) or not name.isidentifier():
        raise TypeError(f"a tool is a function with a name, not {function!r}")
    if name in OWN_FIELDS:
        raise TypeError(f"a tool can't be named `{name}`, which is a field of an answer")
    arguments = RecordType(tuple(_arguments(name, inner)))
    doc, about = _documented(inner)
    shown = ", ".join(f"{field}: {kind}" for field, kind in arguments.fields)
    schema = tool_schema(name, arguments, doc or f"{name}({shown}){_result(inner)}", about)
    return Tool(name, arguments, schema)


def _arguments(name: str, function: Callable[..., Any]) -> typing.Iterator[tuple[str, Type]]:
    hints = _hints(function)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            headline = f"`{name}` has `{parameter.name}`, which can't be given by its name"
            raise TypeError(headline)
        if parameter.name not in hints:
            raise TypeError(
                f"`{name}` does not say what `{parameter.name}` is: `{parameter.name}: str`"
            )
        kind = _type(hints[parameter.name])
        if kind is None:
            raise TypeError(
                f"a model can't give `{name}` its `{parameter.name}`: texts, numbers, booleans, `Literal`s, lists and"
                " `TypedDict`s of them can be arguments of a tool"
            )
        yield parameter.name, kind


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except NameError as error:
        raise TypeError(f"a type of `{function.__name__}` is not known: {error}") from None


def _type(hint: Any) -> Type | None:
    """The type that an annotation says; None for what JSON can't."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    if origin is list and len(args) == 1:
        item = _type(args[0])
        return ListType(item) if item is not None else None
    if origin is typing.Literal and len({type(each) for each in args}) == 1:
        return UnionType(args) if type(args[0]) in _SCALARS else None
    if origin in (typing.Union, types.UnionType):
        kinds = [_type(each) for each in args if each is not type(None)]
        is_optional = len(kinds) == 1 and kinds[0] is not None
        return OptionalType(cast("Type", kinds[0])) if is_optional else None
    if typing.is_typeddict(hint):
        fields = {name: _type(each) for name, each in typing.get_type_hints(hint).items()}
        is_known = all(kind is not None for kind in fields.values())
        return RecordType(tuple(cast("dict[str, Type]", fields).items())) if is_known else None
    return None


def _result(function: Callable[..., Any]) -> str:
    """What a function without a docstring gives, as its signature says it."""
    kind = _type(_hints(function).get("return"))
    return f" -> {kind}" if kind is not None else ""


def _documented(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """What a docstring says of a function, and of its parameters."""
    text = inspect.getdoc(function)
    if not text:
        return "", {}
    from docstring_parser import parse

    found = parse(text)
    said = [part for part in (found.short_description, found.long_description) if part]
    about = {each.arg_name: each.description for each in found.params if each.description}
    return "\n\n".join(said), about
