"""Reasoning that is taken out of an answer's text before the answer is stored, or before it is replayed."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..finding import Cause
from ..layout import REQUEST
from .frames import Frame
from .holding import shape_of
from .machine import Run
from .messages import options_of
from .places import place_of
from .taints import NONE, Taint, Taints
from .values import Const, DictV, Opaque, Value
from .walking import walk

REASONING = frozenset(
    {"reasoning_content", "reasoning", "thinking", "reasoning_details", "thinking_blocks"}
)
"""Fields of a message that hold what a model thought."""

_SPLITS = frozenset("split rsplit partition rpartition".split())


def without_thoughts(run: Run, frame: Frame, answer: Value, node: ast.Call) -> Value | None:
    """An answer of a model without what it thought, where a call takes that out by its tags; else None."""
    said = next((o for o in options_of(answer) if isinstance(o, Opaque) and is_said(o)), None)
    if said is None or not _names_thoughts(node):
        return None
    return replace(said, shape=said.shape | {reasoning_taint(run, frame, node)})


def reasoning_taint(run: Run, frame: Frame, node: ast.AST) -> Taint:
    """Reasoning that is taken out here."""
    place = place_of(frame.module, node)
    return Taint(Cause.REASONING, REQUEST, place, "reasoning", loops=run.loop_numbers())


def emptied(run: Run, frame: Frame, key: object, value: Value, node: ast.AST) -> Taint | None:
    """`message["reasoning_content"] = None`: what it means for a message that was said; None for any other item."""
    is_empty = isinstance(value, Const) and not value.value
    return reasoning_taint(run, frame, node) if is_empty and key in REASONING else None


def is_said(answer: Value) -> bool:
    """Whether something is a model's answer, or a piece of a message which is replayed."""
    return isinstance(answer, Opaque) and (answer.is_reply or answer.parent is not None)


def _names_thoughts(node: ast.Call) -> bool:
    """Whether a call has to do with the tags of thoughts, by its words or by the name of its pattern."""
    said = [n.value for n in walk(node) if isinstance(n, ast.Constant)]
    names = [n.id for n in walk(node.func) if isinstance(n, ast.Name)]
    return any("think" in str(word).lower() for word in (*said, *names))


def splits_thoughts(name: str) -> bool:
    """Whether a method may cut thoughts off."""
    return name in _SPLITS


def without_reasoning(value: Value) -> Taints:
    """What is stored of an answer after its reasoning was taken out, in one of the forms that it may have."""
    return frozenset(t for each in options_of(value) for t in _taken_out(each))


def _taken_out(value: Value) -> Taints:
    rewrites = value.rewrites if isinstance(value, DictV) else None
    found = shape_of(value) | (frozenset({rewrites}) if rewrites is not None else NONE)
    content = value.fields.get("content") if isinstance(value, DictV) else None
    return frozenset(t for t in found | shape_of(content) if t.cause is Cause.REASONING)
