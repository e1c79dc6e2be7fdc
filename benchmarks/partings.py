"""Where the texts of two styles part, and why: the reason that a record ends in one style and not in the other.

Both begin with the same prompt and choose greedily, so they are one text up to the first choice at which free style
writes something that canonical style has no bytes for, or a rounding decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from sglc.ir.target import Tokenizer
from sglc.runtime.engine.grammar.protocol import Matcher

Parting = Literal["same", "white space", "cut", "rounding", "unexplained"]
TOSS = 0.25
"""Logits of bfloat16 that are nearer than this are equal within its rounding."""


def parting(
    tokenizer: Tokenizer,
    matcher: Matcher,
    free: Sequence[int],
    canonical: Sequence[int],
    margin: Callable[[int, int, int], float],
) -> Parting:
    """Why two outputs part. `matcher`: canonical, at the start; `margin`: of two tokens' logits at a place.

    `white space`: free style wrote some that canonical style leaves out or writes in another way. `cut`: it wrote
    text that is certain in other tokens. `rounding`: both might choose either, and the model hardly minds.
    """
    for at, (theirs, ours) in enumerate(zip(free, canonical, strict=False)):
        if theirs == ours:
            matcher.accept(ours)
            continue
        if matcher.forced():
            same = _texts_begin_alike(tokenizer, free[at:], canonical[at:])
            return "cut" if same else "white space"
        written = matcher.accept(theirs)
        if written is None:
            return "white space" if _is_white(tokenizer, theirs) else "unexplained"
        if written != theirs:
            return "white space"
        return "rounding" if margin(at, theirs, ours) < TOSS else "unexplained"
    return "same"


def _is_white(tokenizer: Tokenizer, token: int) -> bool:
    return not tokenizer.token_bytes(token).strip(b" \n\r\t")


def _texts_begin_alike(tokenizer: Tokenizer, free: Sequence[int], canonical: Sequence[int]) -> bool:
    """Whether the next word of two texts is the same."""
    theirs, ours = (tokenizer.decode(ids[:4]) for ids in (free, canonical))
    return theirs[:3] == ours[:3]
