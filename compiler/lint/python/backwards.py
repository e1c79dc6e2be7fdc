"""Histories that are gone through from their end: which messages are changed, their length says."""

from __future__ import annotations

import ast

from ..finding import Cause
from ..layout import REQUEST
from .elements import is_historical
from .frames import Frame
from .machine import Run
from .places import place_of
from .taints import SAID, Taint
from .values import ListV
from .walking import walk


def changed_from_the_end(run: Run, frame: Frame, site: ast.AST) -> None:
    """Contents that are set while a history is gone through from its end: which ones, its length says."""
    for loop in run.loops:
        match loop.node:
            case ast.For(iter=ast.Call(func=ast.Name(id="reversed"), args=[inner])):
                held = run.evaluate(run, loop.frame or frame, inner)
            case _:
                continue
        if isinstance(held, ListV) or is_historical(held):
            place = place_of(frame.module, site, f"{frame.name}:set")
            what = "earlier messages are changed, counted from the newest"
            taint = Taint(Cause.REWRITTEN, REQUEST, place, what)
            held.shape |= frozenset({taint})  # type: ignore[union-attr]
            return


def rebuilt_from_the_end(run: Run, frame: Frame, node: ast.Dict) -> None:
    """`{**message, "content": ...}` under a condition, in a loop that goes through a history from its end."""
    spread = {
        v.id
        for k, v in zip(node.keys, node.values, strict=True)
        if k is None and isinstance(v, ast.Name)
    }
    named = {k.value for k in node.keys if isinstance(k, ast.Constant)}
    if not spread or not frame.guards or not named & {*SAID}:
        return
    for loop in run.loops:
        match loop.node:
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="reversed"))) if (
                name in spread
            ):
                place = place_of(frame.module, node, f"{frame.name}:set")
                what = "earlier messages are changed, counted from the newest"
                loop.shape |= {Taint(Cause.REWRITTEN, REQUEST, place, what)}
            case _:
                pass


def seeks_newest(run: Run) -> bool:
    """Whether the loop that runs goes from the end to the first message of some kind, and stops there."""
    loop = run.loops[-1].node if run.loops else None
    if not isinstance(loop, ast.For) or not any(isinstance(n, ast.Break) for n in walk(loop)):
        return False
    match loop.iter:
        case ast.Call(func=ast.Name(id="reversed")):
            return True
        case ast.Call(func=ast.Name(id="range"), args=[start, *_, ast.UnaryOp(op=ast.USub())]):
            return "len(" in ast.unparse(start)
        case _:
            return False
