"""Reasoning in Python programs: a `gen` that thinks is two calls, the first in a turn of its own before the answer.

Used by the surface, which makes both as values, and by source lowering, which makes both as ops.
"""

from __future__ import annotations

from dataclasses import replace

from ...ir.sampling import THINKING_TOKENS
from .appendable import GenMark

ANSWERS = frozenset(
    {
        "stop",
        "stop_token_ids",
        "stop_regex",
        "max_tokens",
        "min_tokens",
        "ignore_eos",
        "logprobs",
        "top_logprobs",
    }
)
"""Parameters of the answer alone; the others hold for the reasoning as well."""


def reasoning_name(name: str) -> str:
    """The variable that has the reasoning of another: SGLang's name for it."""
    return f"{name}_reasoning_content"


def parted(mark: GenMark) -> tuple[GenMark, GenMark]:
    """The call for the reasoning, and the one for the answer. Raises ValueError."""
    if mark.name is None:
        raise ValueError("a `gen` that thinks has a name, so that its reasoning has one")
    if "n" in mark.given:
        raise ValueError("samples of one prompt don't think apart; the arms of a fork do")
    own = {name: value for name, value in mark.given.items() if name not in ANSWERS}
    budget = mark.budget if mark.budget is not None else THINKING_TOKENS
    given = {**own, "max_tokens": budget, "thinking": "on"}
    thought = GenMark(reasoning_name(mark.name), given, place=mark.place)
    answer = {name: value for name, value in mark.given.items() if name != "thinking"}
    return thought, replace(mark, given=answer, budget=None)


def separated(mark: GenMark) -> GenMark:
    """A `gen` whose reasoning is separated: it may be as long as the answer, where nothing else is said."""
    budget = mark.budget if mark.budget is not None else mark.given.get("max_tokens")
    return replace(mark, given={**mark.given, "thinking": "on"}, budget=budget)
