"""Messages that are deleted: a few at a time make a window of a history."""

from __future__ import annotations

import ast
from dataclasses import replace

from ...finding import Cause
from ...layout import REQUEST
from ..elements import is_historical, number_in
from ..expressions import evaluate
from ..frames import Frame
from ..holding import shape_of
from ..machine import Run
from ..methods.growth import shortened
from ..places import place_of
from ..taints import Taint
from ..thoughts import REASONING
from ..values import Const, DictV, ListV, Opaque, Value


def deletion(run: Run, frame: Frame, node: ast.Delete) -> bool:
    """`del target`."""
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            owner = evaluate(run, frame, target.value)
            if isinstance(owner, ListV | Opaque):
                _deleted(run, frame, owner, target)
            _thought_no_more(run, frame, owner, target)
    return False


def _thought_no_more(run: Run, frame: Frame, owner: Value, target: ast.Subscript) -> None:
    """`del message["reasoning_content"]`."""
    key = evaluate(run, frame, target.slice) if not isinstance(target.slice, ast.Slice) else None
    if not isinstance(key, Const) or key.value not in REASONING:
        return
    taint = Taint(Cause.REASONING, REQUEST, place_of(frame.module, target), "reasoning")
    if isinstance(owner, DictV):
        owner.rewrites = taint
    elif isinstance(owner, Opaque) and owner.is_reply:
        owner.shape |= {taint}


def _deleted(run: Run, frame: Frame, owner: ListV | Opaque, target: ast.Subscript) -> None:
    """`del history[:2]`, `del history[1:-40]`."""
    if not isinstance(target.slice, ast.Slice):
        index = evaluate(run, frame, target.slice)
        shortened(run, frame, owner, "pop", [index], target)
        return
    from ..slices import sliced

    if not is_historical(owner):
        return
    if _drops_a_few(run, frame, target.slice):
        shortened(run, frame, owner, "pop", [Const(0)], target)
        return
    load = ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
    cut = sliced(run, frame, owner, load)
    fresh = frozenset(t for t in shape_of(cut) - shape_of(owner) if t.flag != "guarded")
    moves = frozenset(replace(t, cause=Cause.WINDOW, flag="") for t in fresh)
    if moves and not _is_hysteresis_here(run, frame, target.slice):
        owner.shape |= moves


_A_FEW = 4
"""Messages that a turn or two bring: who drops no more has to drop again at once."""


def _drops_a_few(run: Run, frame: Frame, cut: ast.Slice) -> bool:
    """`del history[:2]`, `del history[1:3]`."""
    ends = [evaluate(run, frame, e) if e is not None else Const(0) for e in (cut.lower, cut.upper)]
    low, high = (number_in(each) for each in ends)
    return low is not None and high is not None and 0 <= low <= 2 and 0 < high - low <= _A_FEW


def _is_hysteresis_here(run: Run, frame: Frame, cut: ast.Slice) -> bool:
    from ..limits import is_hysteresis

    end = cut.upper or cut.lower
    return end is not None and is_hysteresis(run, frame, end)
