"""Cutting and joining literal text without changing a token; used by the passes that move text.

The text of a call is tokenized as a whole up to its first generated token, so a literal may be
cut or joined anywhere, with two exceptions that these functions see to: a control token is never
cut, and two texts are never joined into a control token that neither of them held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...ir.ops import Mark, Text, Value
from ...ir.target import Part, Tokenizer


def settled_length(tokenizer: Tokenizer, text: str, *, plain: bool) -> int:
    """How many leading characters become tokens that no continuation can change."""
    _, rest = tokenizer.settle((Part(text, not plain),))
    return len(text) - sum(len(part.text) for part in rest)


def token_count(tokenizer: Tokenizer, text: str, *, plain: bool = False) -> int:
    """The number of tokens of a text on its own."""
    return len(tokenizer.encode((Part(text, not plain),)))


def may_join(tokenizer: Tokenizer, first: Text, second: Text) -> bool:
    """Whether one literal may stand for two that follow each other."""
    if first.plain == second.plain:
        return first.plain or not _straddles(tokenizer, first.text, second.text)
    plain = first.text if first.plain else second.text
    return not any(name in plain for name in tokenizer.special) and not _straddles(
        tokenizer, first.text, second.text
    )


def joined(first: Text, second: Text) -> Text:
    """The second text op, appending the first one's text as well; see `may_join`."""
    shifted = moved_marks(second.marks, len(first.text))
    return replace(
        second,
        prompt=first.prompt,
        text=first.text + second.text,
        plain=first.plain and second.plain,
        marks=(*first.marks, *shifted),
        span=first.span or second.span,
    )


def moved_marks(marks: Iterable[Mark], by: int) -> tuple[Mark, ...]:
    """Marks of a text that now starts `by` characters later."""
    return tuple(replace(mark, start=mark.start + by, end=mark.end + by) for mark in marks)


def common_head(texts: Sequence[Text], tokenizer: Tokenizer) -> int:
    """How many leading characters all of the texts share, cut back to a place where all may be cut.

    That is a seam after which no continuation changes the tokens before it, or the end of a turn
    marker that has such a seam inside (a marker is never cut). What all share whole is not cut.
    """
    shared = common_length([text.text for text in texts])
    first = texts[0]
    if any(text.plain != first.plain for text in texts):
        return 0
    shared = _outside_marks(texts, shared)
    if all(len(text.text) == shared for text in texts):
        return shared
    cut = settled_length(tokenizer, first.text[:shared], plain=first.plain)
    torn = [mark.end for mark in first.marks if mark.start < cut < mark.end <= shared]
    return _outside_marks(texts, torn[0] if torn else cut)


def cut_text(op: Text, at: int, head: Value) -> tuple[Text, Text | None]:
    """The head of a text op, giving `head`, and what remains of it on top (None if nothing)."""
    before = replace(
        op, result=head, text=op.text[:at], marks=tuple(m for m in op.marks if m.end <= at)
    )
    if at == len(op.text):
        return before, None
    rest = moved_marks((m for m in op.marks if m.end > at), -at)
    return before, replace(op, prompt=head, text=op.text[at:], marks=rest)


def heads_agree(texts: Sequence[Text], at: int) -> bool:
    """Whether the texts have the same turn markers in their first `at` characters."""
    heads = [tuple(mark for mark in text.marks if mark.end <= at) for text in texts]
    return all(head == heads[0] for head in heads)


def common_length(texts: Sequence[str]) -> int:
    """How many leading characters all texts share."""
    low, high = min(texts), max(texts)
    for at, char in enumerate(low):
        if char != high[at]:
            return at
    return len(low)


def shorten(text: str, width: int = 40) -> str:
    """The beginning of a text, for messages."""
    return text if len(text) <= width else text[: width - 1] + "…"


def _outside_marks(texts: Sequence[Text], at: int) -> int:
    """The largest cut up to `at` that lies inside no mark, with the same marks before it."""
    while at and (lower := _before_what_forbids(texts, at)) is not None:
        at = lower
    return at


def _before_what_forbids(texts: Sequence[Text], at: int) -> int | None:
    """Where to try next if nothing may be cut at `at`; always before it, also where a mark is empty."""
    marks = [mark for text in texts for mark in text.marks]
    if cutting := [mark.start for mark in marks if mark.start < at < mark.end]:
        return min(cutting)
    if heads_agree(texts, at):
        return None
    return max(min(mark.start, at - 1) for mark in marks if mark.end <= at)


def _straddles(tokenizer: Tokenizer, first: str, second: str) -> bool:
    """Whether joining makes a control token out of an end and a beginning."""
    for name in tokenizer.special:
        reach = len(name) - 1
        if name in first[-reach:] + second[:reach] if reach else False:
            return True
    return False
