"""Histories that are gone through from their end: which messages are changed, their length says."""

from __future__ import annotations

import ast

from ..finding import Cause
from ..layout import REQUEST
from .elements import is_historical
from .frames import Frame
from .machine import Run
from .places import place_of
from .taints import Taint
from .values import ListV


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


def seeks_newest(run: Run) -> bool:
    """Whether the loop that runs goes from the end to the first message of some kind, and stops there."""
    loop = run.loops[-1].node if run.loops else None
    if not isinstance(loop, ast.For) or not any(isinstance(n, ast.Break) for n in ast.walk(loop)):
        return False
    match loop.iter:
        case ast.Call(func=ast.Name(id="reversed")):
            return True
        case ast.Call(func=ast.Name(id="range"), args=[start, *_, ast.UnaryOp(op=ast.USub())]):
            return "len(" in ast.unparse(start)
        case _:
            return False
