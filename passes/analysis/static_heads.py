"""The text that every run of a program begins with; warmed by `insert-prefetch`, pinned by `plan-retention`."""

from __future__ import annotations

from typing import NamedTuple

from ...ir.ops import Block, Root, Text
from ...ir.target import Tokenizer
from .texts import token_count


class StaticHead(NamedTuple):
    """The op that completes the head, its position in the block, and the head's length in tokens."""

    op: Text
    at: int
    tokens: int


def static_head(body: Block, tokenizer: Tokenizer) -> StaticHead | None:
    """The longest chain of literals from the first empty prompt of a program, if there is one."""
    root = next((op for op in body.ops if isinstance(op, Root)), None)
    if root is None:
        return None
    end, tokens = root.result, 0
    found: StaticHead | None = None
    for at, op in enumerate(body.ops):
        if isinstance(op, Text) and op.prompt is end:
            tokens += token_count(tokenizer, op.text, plain=op.plain)
            end, found = op.result, StaticHead(op, at, tokens)
    return found
