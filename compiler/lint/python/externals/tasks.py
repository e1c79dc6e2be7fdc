"""Functions that run others side by side, and helpers of frameworks that trim a history."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from ...finding import Cause
from ...layout import REQUEST
from ..frames import Frame
from ..machine import Run
from ..places import place_of, shown
from ..taints import Taint
from ..values import ListV, Opaque, Value


def trimmed(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """Helpers of frameworks that trim a history to a length."""
    place = place_of(frame.module, node)
    taint = Taint(
        Cause.WINDOW, REQUEST, place, f"the window {shown(node)}", loops=run.loop_numbers()
    )
    return Opaque(shape=frozenset({taint}), label="messages")


def gathered(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`asyncio.gather`: results in the order of its arguments."""
    made = ListV("list", loops=run.loop_numbers())
    for each in args:
        made.add(each, many=True)
    return made


def run_elsewhere(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`asyncio.to_thread`."""
    if not args:
        return Opaque()
    inner = ast.copy_location(ast.Call(node.args[0], node.args[1:], node.keywords), node)
    return run.call(run, "value", frame, args[0], list(args[1:]), dict(kwargs), inner)
