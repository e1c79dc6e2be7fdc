"""What a server tells of named tokens: their log probabilities at the next position."""

from __future__ import annotations

from collections.abc import Sequence

from .openai_asking import Answer
from .openai_replies import Body


class NotToldError(Exception):
    """The server has left away what it was asked about: it knows no named tokens."""


def named_body(tokens: Sequence[int]) -> Body:
    """What asks for the log probabilities of some tokens at the next position."""
    named = {"logprob_token_ids": list(tokens), "return_tokens_as_token_ids": True}
    return {"max_tokens": 1, "temperature": 0, "logprobs": 1} | named


def named_values(answer: Answer, tokens: Sequence[int], at: int = 0) -> dict[int, float]:
    """Their log probabilities at one of the positions. Raises NotToldError where one is missing."""
    logprobs = answer.choices[0].logprobs
    tops = (logprobs.top_logprobs if logprobs else None) or []
    named = (tops[at] if at < len(tops) else None) or {}
    found = {token: named.get(f"token_id:{token}") for token in tokens}
    told = {token: value for token, value in found.items() if value is not None}
    if len(told) < len(found):
        raise NotToldError
    return told
