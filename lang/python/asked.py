"""The names that calls bind in a piece of source, and in the helpers that it calls: found once for each helper.

A round of a loop may find what one before it has bound. Called by `guessing`.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .blocks import Blocks
from .constants import static
from .context import Frame, Lowering
from .numbering import asking_calls, other_calls
from .source import CannotLower, FunctionSource


def names_asked(low: Lowering, node: ast.AST) -> list[str]:
    """The names that calls in a node and in its helpers bind, as far as they say them."""
    found = dict.fromkeys(_own(node))
    for call in other_calls(node):
        known = static(low, call.func)
        if known is not None:
            found.update(dict.fromkeys(_of_helper(low, getattr(known[0], "function", known[0]))))
    return list(found)


def _own(node: ast.AST) -> list[str]:
    """The names of the calls that stand in the node itself."""
    calls = asking_calls(node)
    named = (n.args[:1] or [k.value for k in n.keywords if k.arg == "name"] for n in calls)
    return [n.value for given in named for n in given
            if isinstance(n, ast.Constant) and isinstance(n.value, str)]  # fmt: skip


def _of_helper(low: Lowering, function: Callable[..., Any]) -> list[str]:
    """The names that calls in a function of the user's bind; none while it is looked at, if it calls itself."""
    if not inspect.isfunction(function):
        return []
    if function not in low.asked:
        low.asked[function] = []
        try:
            source = FunctionSource.of(function)
        except CannotLower:
            return []
        within = replace(low, frame=Frame(source, (function,)), blocks=Blocks())
        low.asked[function] = names_asked(within, source.node)
    return low.asked[function]
