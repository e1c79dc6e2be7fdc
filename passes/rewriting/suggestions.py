"""Suggests `unordered` where ordered text stands in an order that shares less than it could.

Nothing is moved here: only the author knows whether the order means something. What speaks
against it is said, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...ir.module import LIFETIMES, Program
from ...ir.ops import Block, Effect, For, If, Insert, Op, Root, Text, Turn, Unordered, Value
from ...ir.structure import effects, operands, regions, results
from ...ir.types import PROMPT
from ..analysis.lifetimes import Lifetimes
from ..analysis.references import Reference
from ..analysis.sections import Piece, Section, lay_out, misplaced, pieces_of, ties
from ..analysis.texts import token_count
from ..running.context import Context


@dataclass(frozen=True, slots=True)
class _Run:
    """Appends that follow each other inside one turn. `open_start`, `open_end`: it joins other text."""

    ops: tuple[Op, ...]
    open_start: bool
    open_end: bool


def suggest(program: Program, lifetimes: Lifetimes, context: Context, min_gain: int) -> None:
    """Look at every run of ordered text of a program."""
    for run in _runs(program.body):
        sections = list(_lines(run, lifetimes, context))
        if len(sections) > 1:
            _judge(run, sections, context, min_gain)


def _judge(run: _Run, sections: Sequence[Section], context: Context, min_gain: int) -> None:
    pinned = [(0, Reference("the text before it", "before"))] if run.open_start else []
    if run.open_end or not sections[-1].text.endswith("\n"):
        pinned.append((len(sections) - 1, Reference("the text after it", "after")))
    possible = _gain(sections, lay_out(sections, pinned).order)
    if possible < min_gain:
        return
    held = ties(sections)
    gain = _gain(sections, lay_out(sections, [*held, *pinned]).order)
    span = run.ops[0].span
    what = "an `unordered` region here would share more of the prompt"
    if gain >= min_gain:
        context.suggests(what, _reason(sections), span, gain)
    else:
        words = ", ".join(f"`{found.words}`" for _, found in held)
        context.declined(what, f"the text refers to its surroundings: {words}", span, possible)


def _gain(sections: Sequence[Section], order: Sequence[int]) -> int:
    return misplaced(sections) - misplaced([sections[i] for i in order])


def _reason(sections: Sequence[Section]) -> str:
    """The first inversion, in words."""
    shortest = 0
    for section in sections:
        if section.rank < shortest:
            return f"`{LIFETIMES[section.rank]}` text stands behind `{LIFETIMES[shortest]}` text"
        shortest = max(shortest, section.rank)
    return ""


def _lines(run: _Run, lifetimes: Lifetimes, context: Context) -> Iterator[Section]:
    """Sections that end where a line ends; neither a line nor a loop is torn apart."""
    current: list[Piece] = []
    for op in run.ops:
        pieces = list(pieces_of((op,), lifetimes, context.target.tokenizer))
        if isinstance(op, Text):
            *lines, rest = _cut(pieces[0], context)
            for line in lines:
                yield Section((*current, line))
                current = []
            current += [rest] if rest.text else []
            continue
        current += pieces
        if pieces and pieces[-1].text.endswith("\n"):
            yield Section(tuple(current))
            current = []
    if current:
        yield Section(tuple(current))


def _cut(piece: Piece, context: Context) -> list[Piece]:
    """The lines of a literal, and what follows the last line end."""
    head, newline, rest = piece.text.rpartition("\n")
    texts = [*(head + newline).splitlines(keepends=True), rest]
    return [_part(piece, text, context) for text in texts]


def _part(piece: Piece, text: str, context: Context) -> Piece:
    return Piece(text, piece.rank, token_count(context.target.tokenizer, text))


def _runs(block: Block) -> Iterator[_Run]:
    """Maximal chains of appends of a block, cut at turns, calls and forks."""
    starts: dict[Value, bool] = {arg: True for arg in block.args}
    chains: dict[Value, list[Op]] = {}
    open_start: dict[Value, bool] = {}
    for op in block.ops:
        for region in regions(op) if not _is_text(op) else ():
            yield from _runs(region)
        prompt = _prompt(op)
        if isinstance(op, Root) or (isinstance(op, Turn) and op.edge == "begin"):
            starts.update(dict.fromkeys(results(op), False))
        elif _is_text(op) and prompt is not None:
            chain = chains.pop(prompt, [])
            (after,) = (value for value in results(op) if value.type == PROMPT)
            begins = (
                open_start.pop(prompt, starts.get(prompt, True))
                if chain
                else starts.get(prompt, True)
            )
            chains[after], open_start[after] = [*chain, op], begins
        elif prompt in chains:
            ends_open = not (isinstance(op, Turn) and op.edge == "end")
            yield _Run(tuple(chains.pop(prompt)), open_start.pop(prompt), ends_open)
    for end, chain in chains.items():
        yield _Run(tuple(chain), open_start[end], True)


def _prompt(op: Op) -> Value | None:
    return next((o for o in operands(op) if isinstance(o, Value) and o.type == PROMPT), None)


def _is_text(op: Op) -> bool:
    """Whether an op only appends text: a literal, a value, or a loop or branch of those."""
    if isinstance(op, For | If):
        one_prompt = sum(value.type == PROMPT for value in op.results) == 1 == len(op.results)
        return one_prompt and not effects(op) & ~Effect.APPENDS
    return isinstance(op, Text | Insert) and not isinstance(op, Unordered)
