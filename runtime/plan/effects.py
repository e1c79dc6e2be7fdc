"""Which steps and programs of a plan call effectful host functions: those keep program order."""

from __future__ import annotations

from .schema import CallStep, HostStep, Plan, Step
from .walking import walk


def has_host_effects(step: Step, effectful: frozenset[str]) -> bool:
    """Whether an effectful host call stands inside `step`, or in a program that it calls."""
    return any(_is_effect(part, effectful) for part in walk(step))


def effectful_programs(plan: Plan) -> frozenset[str]:
    """The programs with an effectful host call in them or in a program that they call."""
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(
            program.name
            for program in plan.programs
            if any(has_host_effects(step, found) for step in program.steps)
        )
        if more == found:
            return found
        found = more


def _is_effect(part: object, effectful: frozenset[str]) -> bool:
    if isinstance(part, HostStep):
        return not part.pure
    return isinstance(part, CallStep) and part.program in effectful
