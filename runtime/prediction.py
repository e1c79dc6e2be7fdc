"""Where a call's cached prefix will end: the plan's prediction, filled in from the prompt's own path.

The plan names prefix nodes; the prompt remembers at how many tokens it passed each. No knowledge
of an engine is needed, which is what makes a difference to the measured count meaningful.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .plan import Family
from .prompts import PromptState, common_prefix


class Prediction(NamedTuple):
    """The node at which the cached prefix ends, and its token count; no node means nothing is cached."""

    node: int | None
    cached: int


def predict(family: Family, state: PromptState, prompt_length: int) -> Prediction:
    """The deepest node of `family.cached_at` on the prompt's own path."""
    wanted = set(family.cached_at)
    for mark in state.mark or ():
        if mark.node in wanted:
            return Prediction(mark.node, min(mark.position, prompt_length))
    return Prediction(None, 0)


def fed_by_gen(kept: tuple[int, ...], outputs: Iterable[tuple[int, ...]]) -> int:
    """How many of the kept tokens have KV after a gen: all but the last that any sample decoded."""
    return max((common_prefix(kept, ids[:-1]) for ids in outputs), default=0)


def fed_by_select(chosen: tuple[int, ...], choices: Iterable[tuple[int, ...]]) -> int:
    """How many tokens of the chosen choice have KV after scoring: a choice's last is never fed."""
    return max((common_prefix(chosen, choice[:-1]) for choice in choices), default=0)
