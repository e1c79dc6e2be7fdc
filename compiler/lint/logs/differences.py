"""The first difference between two texts, and what it looks like: a clock, an id, an order, another spelling."""

from __future__ import annotations

import json
import re
from collections import Counter as Multiset
from difflib import SequenceMatcher
from unicodedata import normalize

from ..finding import Cause

_CLOCK = re.compile(
    r"\d{1,2}:\d{2}|T\d{2}:?\d{2}|\b1[6-9]\d{8}(\d{3})?\b|\b(seconds?|minutes?|hours?) ago\b|\b\d{1,2}\s?[ap]m\b",
    re.I,
)
_DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b(mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}\b|\b\d{1,2}\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.I,
)
_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-|\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{6,}\b|\b[A-Za-z0-9_-]{20,}\b|/tmp/\w+|call_\w{6,}|req_\w+|toolu_\w+",
    re.I,
)
_SIGNED = re.compile(r"[?&](X-Amz-|X-Goog-|Signature=|sig=|se=|Expires=|token=|sv=)", re.I)
_HOST = re.compile(
    r"(^|[\s\"'(])(/home/|/Users/|/work|/srv/|/var/|[A-Z]:\\)|branch|HEAD|git status", re.I
)
_COUNT = re.compile(
    r"\b(round|turn|step|iteration|attempt|remaining|left|budget|tokens?|used|of)\b", re.I
)
_SENTENCE = re.compile(r"[^\n.!?;]*(?:[\n.!?;]+\s*|\Z)")
AROUND = 32


def common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    limit = min(len(one), len(other))
    if one[:limit] == other[:limit]:
        return limit
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def excerpt(text: str, at: int) -> str:
    """32 bytes either side of an offset, with what can't be shown made visible."""
    piece = text[max(at - AROUND, 0) : at] + "\u2503" + text[at : at + AROUND]
    return piece.encode("unicode_escape", errors="replace").decode().replace("\\u2503", "\u2503")


def words(text: str) -> list[str]:
    """Words and what stands between them."""
    return re.findall(r"\s+|[\w:./+-]+|[^\w\s]", text)


def sentences(text: str) -> list[str]:
    """Sentences and lines, with what ends them."""
    return [piece for piece in _SENTENCE.findall(text) if piece]


MAX_PRODUCT = 2_000_000
"""Pieces of one text times those of another that are compared at most."""

_RUN = 12
"""Characters that are the same in both texts, in one run, from which on they count as kept."""


def changes(one: str, other: str) -> list[tuple[str, str, int, int]]:
    """The pieces in which two texts differ: old, new, offset in the new text, and equal characters behind it.

    What the texts begin and end with alike is taken off first, so that only the middle is compared word by word.
    """
    start = _word_start(one, common(one, other))
    tail = _word_end(one[start:], common(one[start:][::-1], other[start:][::-1]))
    found: list[tuple[str, str, int, int]] = []
    at, kept = len(other) - tail, tail
    for old, new in reversed(
        _aligned(one[start : len(one) - tail], other[start : len(other) - tail])
    ):
        at -= len(new)
        if old != new:
            found.append((old, new, at, kept))
        elif len(new) >= _RUN:
            kept += len(new)
    return found[::-1]


def _aligned(one: str, other: str) -> list[tuple[str, str]]:
    """Two texts as pairs of pieces, equal or not: word by word, and long texts sentence by sentence first."""
    a, b = words(one), words(other)
    if len(a) * len(b) <= MAX_PRODUCT:
        return _paired(a, b)
    a, b = sentences(one), sentences(other)
    if len(a) * len(b) > MAX_PRODUCT:
        return [(one, other)]
    found: list[tuple[str, str]] = []
    for old, new in _paired(a, b):
        old_words, new_words = words(old), words(new)
        is_small = old != new and len(old_words) * len(new_words) <= MAX_PRODUCT // 8
        found += _paired(old_words, new_words) if is_small else [(old, new)]
    return found


def _paired(a: list[str], b: list[str]) -> list[tuple[str, str]]:
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [("".join(a[a0:a1]), "".join(b[b0:b1])) for _, a0, a1, b0, b1 in blocks]


def _word_start(text: str, at: int) -> int:
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] in ":.-_/+"):
        at -= 1
    return at


def _word_end(text: str, tail: int) -> int:
    """A common ending, cut back to where a word begins."""
    while tail > 0 and (text[len(text) - tail].isalnum() or text[len(text) - tail] in ":.-_/+"):
        tail -= 1
    return tail


def cause_of(one: str, other: str, context: str = "") -> Cause:
    """What a pair of differing texts looks like."""
    if _same_data(one, other):
        return Cause.KEY_ORDER
    if _is_reordered(one, other):
        return Cause.UNORDERED
    if normalize("NFC", one) == normalize("NFC", other) and one != other:
        return Cause.CHARACTERS
    pair = f"{one}\n{other}"
    for pattern, cause in ((_SIGNED, Cause.SIGNED), (_CLOCK, Cause.CLOCK)):
        if pattern.search(pair) and (
            (pattern.search(one) and pattern.search(other)) or not one or not other
        ):
            return cause
    if _CLOCK.search(pair) or (
        _looks_timed(one) and _looks_timed(other) and _CLOCK.search(context)
    ):
        return Cause.CLOCK
    if _dates(one) != _dates(other):
        return Cause.DATE
    if _ID.search(one) and _ID.search(other):
        return Cause.RANDOM
    if _HOST.search(pair):
        return Cause.HOST
    if (
        re.fullmatch(r"\s*\d+\s*", one)
        and re.fullmatch(r"\s*\d+\s*", other)
        and _COUNT.search(context)
    ):
        return Cause.COUNTER
    if one.split() == other.split():
        return Cause.ENDINGS
    return Cause.VARYING


def _dates(text: str) -> list[str]:
    """The dates in a text; a version that reads like one, and is the same in both of two texts, is no difference."""
    return [match.group() for match in _DATE.finditer(text)]


def _looks_timed(text: str) -> bool:
    return bool(re.fullmatch(r"[\d:.\s-]+", text))


def _same_data(one: str, other: str) -> bool:
    if one[:1] not in "[{" or other[:1] not in "[{":
        return False
    try:
        return one != other and json.loads(one) == json.loads(other)
    except (ValueError, RecursionError):
        return False


def _is_reordered(one: str, other: str) -> bool:
    """Whether two texts hold the same lines, items or words in another order."""
    for pattern in (r"\n+", r"[,;|]\s*", r"\s+"):
        a = [p.strip(" .,;-*") for p in re.split(pattern, one.strip()) if p.strip(" .,;-*")]
        b = [p.strip(" .,;-*") for p in re.split(pattern, other.strip()) if p.strip(" .,;-*")]
        if len(a) >= 3 and a != b and Multiset(a) == Multiset(b):
            return True
    return False
