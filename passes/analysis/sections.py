"""Pieces of a prompt whose order may be looked at: what they say, how long it stays the same.

`move-code` lays out the sections of an `unordered` region, and looks at the lines of ordered text
to suggest one. Both come here as `Section`s.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...ir.ops import Const, For, If, Insert, Op, Text
from ...ir.structure import operands
from ...ir.target import Tokenizer
from ...ir.values.operations import EvalError, text_form
from .lifetimes import Lifetimes
from .references import SLOT, Reference, label_of, references
from .texts import token_count

VALUE_TOKENS = 64
"""What an inserted value counts when the lengths of sections are compared; loops count four."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text (`SLOT` for a value) and the rank of its lifetime."""

    text: str
    rank: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Section:
    """Pieces that move together."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The literal text, with `SLOT` where values are inserted."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def rank(self) -> int:
        """The shortest lifetime in it."""
        return max((piece.rank for piece in self.pieces), default=0)

    @property
    def tokens(self) -> int:
        """Its length as far as it is known, and an estimate for the rest."""
        return sum(piece.tokens for piece in self.pieces)


def pieces_of(
    ops: Sequence[Op], lifetimes: Lifetimes, tokenizer: Tokenizer, rank: int = 0, times: int = 1
) -> Iterator[Piece]:
    """The pieces that appends make, in order; `rank` is that of the conditions around them."""
    for op in ops:
        match op:
            case Text(text=text):
                yield Piece(text, rank, token_count(tokenizer, text))
            case Insert(value=Const(value=value)):
                text = _constant_text(value)
                yield Piece(text, rank, token_count(tokenizer, text))
            case Insert(value=value):
                yield Piece(SLOT, max(rank, lifetimes.of(value)), VALUE_TOKENS * times)
            case For() | If():
                yield from _nested(op, lifetimes, tokenizer, rank, times)
            case _:
                shortest = lifetimes.shortest(
                    operand for operand in operands(op) if str(operand.type) != "prompt"
                )
                yield Piece("", max(rank, shortest), 0)


def _nested(
    op: For | If, lifetimes: Lifetimes, tokenizer: Tokenizer, rank: int, times: int
) -> Iterator[Piece]:
    around = op.items if isinstance(op, For) else op.cond
    rank = max(rank, lifetimes.of(around))
    times = times * 4 if isinstance(op, For) else times
    for block in (op.body,) if isinstance(op, For) else (op.then, op.orelse):
        yield from pieces_of(block.ops[:-1], lifetimes, tokenizer, rank, times)


def _constant_text(value: object) -> str:
    try:
        return text_form(value)  # type: ignore[arg-type]
    except EvalError:
        return SLOT


def misplaced(sections: Sequence[Section]) -> int:
    """Literal tokens that stand behind something shorter-lived than they are."""
    shortest = cost = 0
    for piece in (piece for section in sections for piece in section.pieces):
        if piece.rank < shortest and piece.text != SLOT:
            cost += piece.tokens
        shortest = max(shortest, piece.rank)
    return cost


# --- the order ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layout:
    """An order of sections, by position in the source."""

    order: tuple[int, ...]

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the source order."""
        return self.order != tuple(range(len(self.order)))


def ties(sections: Sequence[Section]) -> list[tuple[int, Reference]]:
    """What holds each section in its place."""
    held = [(i, found) for i, section in enumerate(sections) for found in references(section.text)]
    return held + _repeated_labels(sections)


def lay_out(sections: Sequence[Section], held: Sequence[tuple[int, Reference]] = ()) -> Layout:
    """Longest lifetime first, then longest text, then source order, as far as nothing is held."""
    units = _units(len(sections), held)
    unit_of = {section: number for number, unit in enumerate(units) for section in unit}
    order = _ordered(units, sections, _precedences(len(units), unit_of, held))
    return Layout(tuple(section for unit in order for section in units[unit]))


def _repeated_labels(sections: Sequence[Section]) -> list[tuple[int, Reference]]:
    """Sections that begin with one label (`Q:`, `Q:`) are a dialogue and keep their order."""
    labels = [label_of(section.text) for section in sections]
    counts = Counter(label for label in labels if label)
    return [
        (i, Reference(f"{label}:", "numbered"))
        for i, label in enumerate(labels)
        if label and counts[label] > 1
    ]


def _units(count: int, held: Sequence[tuple[int, Reference]]) -> list[list[int]]:
    """Runs of sections that must stay next to each other."""
    glued = {i + 1 for i, found in held if found.tie == "next"}
    glued |= {i for i, found in held if found.tie == "previous"}
    units: list[list[int]] = []
    for i in range(count):
        if i in glued and units:
            units[-1].append(i)
        else:
            units.append([i])
    return units


def _precedences(
    count: int, unit_of: Mapping[int, int], held: Sequence[tuple[int, Reference]]
) -> set[tuple[int, int]]:
    """Which unit comes before which.

    That one comes after all earlier ones is said by a chain of gates, which have numbers of their own: gate
    `i` is passed by the units before `i` first, and by those from `i` on later.
    """
    last = len(unit_of) - 1
    numbered = sorted({unit_of[i] for i, found in held if found.tie == "numbered"})
    pairs = [*itertools.pairwise(numbered)]
    late = {unit_of[i] for i, found in held if _is_late(i, found, last)}
    early = {unit_of[i] for i, found in held if _is_early(i, found)}
    if late:
        gates = range(count, 2 * count + 1)
        pairs += [*itertools.pairwise(gates), *zip(range(count), gates[1:], strict=True)]
        pairs += [(gates[unit], unit) for unit in late]
    if early:
        gates = range(2 * count + 1, 3 * count + 2)
        pairs += [*itertools.pairwise(gates), *zip(gates, range(count), strict=False)]
        pairs += [(unit, gates[unit + 1]) for unit in early]
    return set(pairs)


def _is_late(at: int, found: Reference, last: int) -> bool:
    """Whether a section stays behind all earlier ones."""
    return found.tie in ("after", "fixed") or (found.tie == "next" and at == last)


def _is_early(at: int, found: Reference) -> bool:
    """Whether a section stays before all later ones."""
    return found.tie in ("before", "fixed") or (found.tie == "previous" and at == 0)


def _ordered(
    units: Sequence[Sequence[int]], sections: Sequence[Section], before: set[tuple[int, int]]
) -> list[int]:
    """A topological order of the units that takes the best of those that are free; gates are passed at once."""
    waits = Counter(b for _, b in before)
    followers: dict[int, list[int]] = {}
    for a, b in before:
        followers.setdefault(a, []).append(b)
    known = {*range(len(units)), *waits, *followers}
    heap = [_entry(u, units, sections) for u in known if not waits[u]]
    heapq.heapify(heap)
    order: list[int] = []
    while heap:
        unit = heapq.heappop(heap)[-1]
        if unit < len(units):
            order.append(unit)
        for follower in followers.get(unit, ()):
            waits[follower] -= 1
            if not waits[follower]:
                heapq.heappush(heap, _entry(follower, units, sections))
    return order


def _entry(
    unit: int, units: Sequence[Sequence[int]], sections: Sequence[Section]
) -> tuple[int, int, int]:
    """What a heap orders units by; gates come first."""
    if unit >= len(units):
        return -1, 0, unit
    chosen = [sections[i] for i in units[unit]]
    rank = max(section.rank for section in chosen)
    return rank, -sum(section.tokens for section in chosen), unit
