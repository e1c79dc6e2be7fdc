"""Reasoning that is taken out of an answer's text before the answer is stored."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..finding import Cause
from ..layout import REQUEST
from .frames import Frame
from .machine import Run
from .places import place_of
from .taints import Taint
from .values import Opaque, Value

_SPLITS = frozenset("split rsplit partition rpartition".split())


def without_thoughts(run: Run, frame: Frame, answer: Value, node: ast.Call) -> Value | None:
    """An answer of a model without what it thought, where a call takes that out by its tags; else None."""
    if not isinstance(answer, Opaque) or not answer.is_reply or not _names_thoughts(node):
        return None
    place = place_of(frame.module, node)
    taint = Taint(Cause.REASONING, REQUEST, place, "reasoning", loops=run.loop_numbers())
    return replace(answer, shape=answer.shape | {taint})


def _names_thoughts(node: ast.Call) -> bool:
    """Whether a call has to do with the tags of thoughts, by its words or by the name of its pattern."""
    said = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
    names = [n.id for n in ast.walk(node.func) if isinstance(n, ast.Name)]
    return any("think" in str(word).lower() for word in (*said, *names))


def splits_thoughts(name: str) -> bool:
    """Whether a method may cut thoughts off."""
    return name in _SPLITS
