"""What a chat service answers where it may call a tool: one reply holds what was said and the call.

The program asks twice: for what comes before a call, and for the call. The call waits for the step that asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ....ir.constrained.calls import BEFORE
from ....ir.sampling import Constraint, Sampling
from ....ir.target import Part
from ...backend import Called, Completion
from ...plan.schema import Family
from ..instance import Frame, Run
from .turns import CALLS, tool_set

Key = tuple[Any, ...]


def is_apart(run: Run, constraint: Constraint | None) -> bool:
    """Whether a call is told to a service, and comes back, apart from the text."""
    is_call = constraint is not None and constraint.kind in CALLS
    return is_call and run.backend.capabilities.chat


def unmarked(sampling: Sampling, constraint: Constraint) -> Sampling:
    """The sampling without the family's own marker of a call, which a service does not write."""
    if constraint.kind != "before_call":
        return sampling
    marker = json.loads(constraint.text)["marker"]
    return sampling.merged(stop=tuple(stop for stop in sampling.stop if stop != marker))


def spoken(run: Run, done: Completion, constraint: Constraint) -> Completion:
    """What a service said as the model's family would have: a call as its text, or what stands before its marker."""
    if constraint.kind == "before_call":
        marker = json.loads(constraint.text)["marker"] if done.called is not None else done.matched
        return replace(done, matched=marker)
    text = _written(run, done.called, constraint) if done.called is not None else done.text
    return replace(done, text=text, matched=None)


def _written(run: Run, called: Called, constraint: Constraint) -> str:
    """A call as the family writes it; of one that fits no tool the raw text, which is no call then."""
    tools = tool_set(run, constraint.text)
    kind = dict(tools.tools).get(called.name)
    try:
        value = {"name": called.name, called.name: json.loads(called.arguments)}
        return tools.write(value) if kind is not None else f"{called.name}({called.arguments})"
    except (ValueError, KeyError, TypeError, StopIteration):
        return f"{called.name}({called.arguments})"


def keep(run: Run, frame: Frame, place: Key, done: Completion, constraint: Constraint) -> None:
    """Let the call of an answer wait for the step that asks for it."""
    if constraint.kind == "before_call" and done.called is not None:
        text = _written(run, done.called, constraint)
        ids = run.target.tokenizer.encode((Part(text, False),), continuation=True)
        frame.scope.called[place] = Completion(ids, ids, text, "stop", called=done.called)


def place_of(frame: Frame, family: Family, indices: Sequence[Any]) -> Key:
    """What a call and that before it have in common."""
    return (frame.scope.path, family.site.removesuffix(BEFORE), tuple(indices))
