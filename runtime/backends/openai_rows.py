"""Tokens one after the other in one request: the server may choose among them alone, and tells what each is worth.

The log probabilities are those before that restriction, as servers tell them unless they are started otherwise. A token
that is not allowed, and is named all the same, shows whether they are: one of no probability has been masked.
"""

from __future__ import annotations

import itertools

from .openai_asking import Answer
from .openai_replies import Body
from .openai_told import named_body, named_values

MASKED = -9000.0
"""What is less likely than this has been ruled out; vLLM writes -9999 for it."""

Ids = tuple[int, ...]


class MaskedError(Exception):
    """The server tells log probabilities of what it was allowed to choose among."""


def row_body(row: Ids) -> Body:
    """What has a row decoded, as far as the model finds each of its tokens likelier than the others."""
    named = named_body(sorted({*row, _witness(row)}))
    allowed = {"allowed_token_ids": sorted(set(row)), "ignore_eos": True, "return_token_ids": True}
    return named | allowed | {"max_tokens": len(row)}


def values_in_a_row(answer: Answer, row: Ids) -> list[float]:
    """Of the tokens up to where the model turned off, that place included. Raises MaskedError, NotToldError."""
    ids = answer.choices[0].token_ids or []
    pairs = enumerate(zip(ids, row, strict=False))
    right = next((at for at, (id, token) in pairs if id != token), min(len(ids), len(row)))
    return [_value(answer, row, at) for at in range(min(right + 1, len(row)))]


def _value(answer: Answer, row: Ids, at: int) -> float:
    witness = _witness(row)
    told = named_values(answer, (row[at], witness), at)
    if told[witness] <= MASKED:
        raise MaskedError
    return told[row[at]]


def _witness(row: Ids) -> int:
    """A token that is not in the row."""
    return next(id for id in itertools.count() if id not in row)
