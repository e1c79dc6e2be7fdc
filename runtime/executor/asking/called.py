"""What a chat service answers where it may call a tool: one reply holds what was said and the call.

The program asks twice: for what comes before a call, and for the call. The call waits for the step that asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ....ir.constrained.calls import BEFORE, MORE, NEXT
from ....ir.sampling import Constraint, Sampling
from ....ir.target import Part
from ...backend import Called, Completion
from ...plan.errors import RunError
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
    """What a service said as the model's family would have: a call as its text, or what stands before its marker.

    Raises RunError (SGL3105) for several calls where there may be one.
    """
    said = json.loads(constraint.text)
    if len(done.calls) > 1 and not said.get("several"):
        message = f"the model called {len(done.calls)} tools at once, where it may call one"
        help = "`parallel_tool_calls` lets it, or a service that is told to call one tool at a time"
        raise RunError("SGL3105", message, help)
    if constraint.kind == "before_call":
        return replace(done, matched=said["marker"] if done.calls else done.matched)
    text = _written(run, done.calls[0], constraint) if done.calls else done.text
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
    """Let the calls of an answer wait for the steps that ask for them; that which asked for one has the first."""
    waiting = done.calls if constraint.kind == "before_call" else done.calls[1:]
    frame.scope.called[place] = [_waiting(run, each, constraint) for each in waiting]


def _waiting(run: Run, called: Called, constraint: Constraint) -> Completion:
    text = _written(run, called, constraint)
    ids = run.target.tokenizer.encode((Part(text, False),), continuation=True)
    return Completion(ids, ids, text, "stop")


def waiting_for(frame: Frame, place: Key, constraint: Constraint) -> Completion | None:
    """What is known already: the next call of the turn, or whether there is one; None where the service is asked."""
    waiting = frame.scope.called.get(place, [])
    if constraint.kind == "call":
        return waiting.pop(0) if waiting else None
    said = json.loads(constraint.text)
    if not said.get("again"):
        return None
    return Completion((), (), "", "stop", matched=said["marker"] if waiting else None)


def place_of(frame: Frame, family: Family, indices: Sequence[Any]) -> Key:
    """What the calls of a turn, and what comes before them, have in common."""
    site = family.site.removesuffix(BEFORE).removesuffix(MORE)
    number = len(indices) - 1 if site.endswith(NEXT) else len(indices)
    return (frame.scope.path, site.removesuffix(NEXT), tuple(indices[:number]))
