"""Programs of our own front end: what is appended to their state, and when that is sent."""

from __future__ import annotations

import ast
from dataclasses import replace

from ...finding import Cause, Evidence, Loss, Place
from ...layout import REQUEST
from ..elements import HISTORY
from ..frames import Frame
from ..frameworks import holds_generation
from ..machine import Run
from ..origins import STABLE_WORDS
from ..places import place_of
from ..requests import Given
from ..taints import Hole, Lit, Part, Taint
from ..texts import parts_of, text
from ..values import Const, DictV, ListV, Opaque, StateV, Text, Value


def append_to_state(run: Run, frame: Frame, state: StateV, value: Value, node: ast.AST) -> None:
    """`s += ...`; a generation sends what stands there."""
    place = place_of(frame.module, node)
    if holds_generation(value):
        _send(run, frame, state, place)
        _judge_blank(run, state, value, place)
        value = DictV({"role": Const("assistant"), "content": Opaque(is_reply=True)})
    elif isinstance(value, DictV):
        written = _by_row(frame, value.fields.get("content", Const("")), place)
        value = replace(value, fields={**value.fields, "content": written})
    else:
        written = _by_row(frame, value, place)
        value = DictV({"role": Const("raw"), "content": written}, place=place)
    state.messages.add(value)
    for loop in run.loops:
        state.messages.shape |= frozenset(t for t in loop.shape if t.flag != "head")


def _send(run: Run, frame: Frame, state: StateV, place: Place) -> None:
    messages = ListV("list", list(state.messages.items), state.messages.shape)
    given = Given(messages=messages, target="sglc", is_arm=state.is_arm)
    run.send(run, given, place, frame.name)


def _judge_blank(run: Run, state: StateV, value: Value, place: Place) -> None:
    """A text that ends with a blank, behind which the model goes on in the same turn."""
    content = value.fields.get("content") if isinstance(value, DictV) else value
    parts = parts_of(content, place) if isinstance(content, Text) else ()
    at = next((n for n, p in enumerate(parts) if isinstance(p, Hole) and p.label == "<gen>"), 0)
    last = state.messages.items[-1].value if state.messages.items else None
    before = parts[at - 1] if at else None
    if not at and not isinstance(value, DictV) and isinstance(last, DictV) and last.place:
        before, place = _end_of(last, place), last.place
    origin = before.place or place if isinstance(before, Lit) else place
    if isinstance(before, Lit) and before.text.endswith((" ", "\t")):
        what = "a blank at the end, behind which the model goes on"
        run.evidence.append(Evidence(Cause.SEAM, origin, place, what, loss=Loss(1)))


def _end_of(message: DictV, place: Place) -> Part | None:
    parts = parts_of(message.fields.get("content", Const("")), place)
    is_raw = message.fields.get("role") == Const("raw")
    return parts[-1] if parts and is_raw else None


def _by_row(frame: Frame, value: Value, place: Place) -> Value:
    """A text in which the program's parameters stand: each run has others."""
    return text([_as_row(frame, part, place) for part in parts_of(value, place)])


def _as_row(frame: Frame, part: Part, place: Place) -> Part:
    if not isinstance(part, Hole) or part.taints or part.label not in frame.params:
        return part
    name = part.label.lower()
    if HISTORY.search(name) or any(word in name for word in STABLE_WORDS):
        return part
    what = f"`{part.label}`, another one in each run,"
    taint = Taint(Cause.VARYING, REQUEST, part.place or place, what)
    return replace(part, taints=frozenset({taint.through(place) if part.place else taint}))
