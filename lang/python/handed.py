"""The tools that a program's calls name, in its source and in that of its helpers: its first turn hands them over.

A prompt begins with its tools, so they are looked for before anything is asked, in both modes alike. Tools that only
the run knows are handed over by the call that has them.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from .blocks import Blocks
from .constants import outer, static
from .context import Door, Frame, Lowering
from .numbering import asking_calls, other_calls
from .occurrences import occurrences
from .outside import Outside
from .source import CannotLower, FunctionSource
from .tools import Tool, tools_of

Handed = tuple[Tool, ...]
_KNOWN: WeakKeyDictionary[Callable[..., Any], tuple[Handed, Outside]] = WeakKeyDictionary()


def tools_handed(function: Callable[..., Any]) -> Handed:
    """The tools that the calls of a program name in its source; none where it is not at hand."""
    known = _KNOWN.get(function)
    if known is None or known[1].is_stale():
        known = _KNOWN[function] = _found(function)
    return known[0]


def _found(function: Callable[..., Any]) -> tuple[Handed, Outside]:
    outside = Outside()
    try:
        frame = Frame(FunctionSource.of(function), (function,))
    except CannotLower:
        return (), outside
    low = Lowering(Door(_never, _never, _never), frame, {}, outside=outside)
    found: dict[str, Tool] = {}
    for place, call in _calls(low):
        for tool in named_tools(place, call) or ():
            found.setdefault(tool.name, tool)
    return tuple(found.values()), outside


def _never(*_: Any) -> Any:
    raise NotImplementedError("nothing is lowered where tools are looked for")


def named_tools(low: Lowering, call: ast.Call) -> Handed | None:
    """The tools that a call names; None where the run knows them, or says what is wrong with them."""
    given = next((each.value for each in call.keywords if each.arg == "tools"), None)
    found = functions_named(low, given) if given is not None else None
    try:
        return tools_of(found[0]) if found is not None else None
    except TypeError:
        return None


def functions_named(low: Lowering, node: ast.expr) -> tuple[Any] | None:
    """The functions that `tools=` names: a list in place, one from outside, or one that a name is bound to once."""
    if isinstance(node, ast.Name) and node.id in low.frame.local_names():
        bound = occurrences(low.frame.source.node).only_value(node.id)
        return static(low, bound) if isinstance(bound, ast.List | ast.Tuple) else None
    is_name = isinstance(node, ast.Name | ast.Attribute)
    return outer(low, node, with_functions=True) if is_name else static(low, node)


def _calls(low: Lowering) -> Iterator[tuple[Lowering, ast.Call]]:
    """The calls of a function and its helpers that ask a model, each with the function that it stands in."""
    places, seen = [low], {low.frame.source.function}
    for place in places:  # grows on the way
        node = place.frame.source.node
        yield from ((place, call) for call in asking_calls(node))
        for call in other_calls(node):
            helper = _helper(place, call)
            if helper is not None and helper.frame.source.function not in seen:
                seen.add(helper.frame.source.function)
                places.append(helper)


def _helper(low: Lowering, call: ast.Call) -> Lowering | None:
    """The function of the user's that a call calls, if its source is at hand."""
    known = static(low, call.func)
    inner = getattr(known[0], "function", known[0]) if known is not None else None
    if not inspect.isfunction(inner) or (inner.__module__ or "").startswith("sglc."):
        return None
    try:
        frame = Frame(FunctionSource.of(inner), (inner,))
    except CannotLower:
        return None
    return replace(low, frame=frame, blocks=Blocks())
