"""Functions that run others side by side, and helpers of frameworks that trim a history."""

from __future__ import annotations

import ast
from dataclasses import replace

from ...finding import Cause
from ...layout import REQUEST
from ..calling import Calling
from ..taints import Taint
from ..values import ListV, Opaque, Value


def trimmed(call: Calling) -> Value:
    """Helpers of frameworks that trim a history to a length."""
    place = call.here
    taint = Taint(Cause.WINDOW, REQUEST, place, f"the window {call.shown}", loops=call.loops)
    return Opaque(shape=frozenset({taint}), label="messages")


def gathered(call: Calling) -> Value:
    """`asyncio.gather`: results in the order of its arguments."""
    made = ListV("list", loops=call.loops)
    for each in call.args:
        made.add(each, many=True)
    return made


def run_elsewhere(call: Calling) -> Value:
    """`asyncio.to_thread`."""
    if not call.args:
        return Opaque()
    inner = ast.copy_location(
        ast.Call(call.node.args[0], call.node.args[1:], call.node.keywords), call.node
    )
    return replace(call, node=inner).applied(call.args[0], call.args[1:], call.kwargs)
