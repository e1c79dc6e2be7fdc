"""What a prompt has behind another, appended to a third: how a turn is written again when a template wants it so.

Texts stay literals or values, and what a model said stays the ids that it said, unless white space is taken
from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...ir.target import Tokenizer
from ...ir.target.turns import Trim
from .prompts import Piece, PromptState


def echoed(
    tokenizer: Tokenizer,
    prompt: PromptState,
    before: PromptState,
    after: PromptState,
    node: int,
    trim: Trim,
) -> PromptState:
    """`prompt` with what `after` has behind `before`; `after` itself where that is the same."""
    pieces = _behind(before, after)
    shown = trimmed(pieces, trim)
    is_same = shown == pieces and (prompt is before or _says_the_same(tokenizer, prompt, before))
    if is_same:
        return after
    for piece in shown:
        if piece.ids is not None:
            prompt = prompt.repeated(tokenizer, piece.ids, piece.text, node)
        else:
            prompt = prompt.append(
                tokenizer, piece.text, node, literal=piece.literal, marks=piece.marks
            )
    return prompt


def trimmed(pieces: Sequence[Piece], trim: Trim) -> list[Piece]:
    """Pieces without white space at the edges; what a model said loses its ids where its text is cut."""
    kept = list(pieces)
    if trim.left:
        kept = _stripped(kept, str.lstrip)
    if trim.right:
        kept = _stripped(kept[::-1], str.rstrip)[::-1]
    return kept


def _stripped(pieces: list[Piece], strip: object) -> list[Piece]:
    """Pieces of which the first ones lose white space, until something else stands there.

    An answer that shows nothing goes with the white space behind it, and keeps its place where there is none.
    """
    kept = pieces
    for at, piece in enumerate(pieces):
        text = strip(piece.text)  # type: ignore[operator]
        if text:
            cut = [replace(piece, text=text, ids=None), *pieces[at + 1 :]]
            return kept if text == piece.text else cut
        if piece.text:
            kept = pieces[at + 1 :]
    return kept


def _behind(before: PromptState, after: PromptState) -> list[Piece]:
    """The pieces of `after` that are not in `before`; one that began there is cut."""
    start = before.piece.end if before.piece else 0
    found: list[Piece] = []
    piece = after.piece
    while piece is not None and piece.end > start:
        found.append(_cut(piece, start))
        piece = piece.before
    return found[::-1]


def _cut(piece: Piece, start: int) -> Piece:
    """What of a piece stands behind `start`, without its place in a prompt."""
    skipped = max(0, start - (piece.end - len(piece.text)))
    return Piece(
        piece.text[skipped:], piece.marks, piece.literal, None, piece.ids if not skipped else None
    )


def _says_the_same(tokenizer: Tokenizer, left: PromptState, right: PromptState) -> bool:
    return left.text == right.text and left.ids(tokenizer) == right.ids(tokenizer)
