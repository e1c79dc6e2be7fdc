"""The parts of an output as a graph that is read character by character.

What is read is free in white space, as JSON is: blanks and line ends may stand or lack between any two of its
signs. What is written for it is canonical: `", "` and `": "`, and no other. Two habits of JSON settle what white
space alone leaves open: what follows `[` is an item, and what follows an item is the end of the list. A token that
goes on after its white space says which it means: ` ]` is the end of an empty list, and ` ,` another item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .automaton import DEAD, Automaton
from .beginnings import beginnings
from .parts import STRING_PATTERN, Forced, Free, Many, OneOf, OutputPart
from .regex import Regex

SPACE = frozenset(" \n\r\t")
_SIGNS = frozenset('{}[],:"')


@dataclass(slots=True)
class Text:
    """Fixed text. `gaps[i]`: white space may stand before its character i; `blanks[i]`: that character is such.

    `rare`: white space with nothing behind it means another way.
    """

    text: str
    gaps: tuple[bool, ...]
    blanks: tuple[bool, ...]
    next: int
    rare: bool = False


@dataclass(slots=True)
class Open:
    """Text that matches a pattern. `gap`: white space may stand before it."""

    pattern: str
    automaton: Automaton
    gap: bool
    next: int


@dataclass(slots=True)
class Fork:
    """One of several ways."""

    ways: list[int] = field(default_factory=list[int])


class Stop:
    """The end."""


Node = Text | Open | Fork | Stop


class Place(NamedTuple):
    """Where a reader stands: in which node, after how many of its characters, or in which state of its pattern."""

    node: int
    at: int


class Read(NamedTuple):
    """What came of reading: the canonical text of what was read, where the reader stands, and what was read since it
    entered the pattern that it stands in; `entered` says whether it did so on the way."""

    written: str
    place: Place
    inside: str = ""
    entered: bool = False


class Graph:
    """The graph of some parts. `loose`: their white space is free, as JSON's is."""

    def __init__(self, parts: tuple[OutputPart, ...], loose: bool) -> None:
        self.nodes: list[Node] = []
        self._loose = loose
        stop = self._add(Stop())
        self.start = Place(self._build(parts, stop, gap=False), 0)

    # --- building -------------------------------------------------------------------------------

    def _add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _build(self, parts: tuple[OutputPart, ...], next: int, gap: bool) -> int:
        """The node that begins `parts`, with `next` after them."""
        for index in range(len(parts) - 1, -1, -1):
            part, has_gap = parts[index], gap if index == 0 else True
            match part:
                case Forced(text):
                    quoted = index > 0 and parts[index - 1] == Free(STRING_PATTERN)
                    next = self._text(text, next, has_gap, quoted)
                case Free(pattern):
                    has_gap = has_gap and self._loose and pattern != STRING_PATTERN
                    next = self._add(Open(pattern, Automaton.of(pattern), has_gap, next))
                case OneOf(options):
                    next = self._options(options, next, has_gap)
                case Many(item):
                    next = self._list(item, next, has_gap)
        return next

    def _options(
        self, options: Sequence[tuple[str, tuple[OutputPart, ...]]], next: int, gap: bool
    ) -> int:
        made: list[int] = []
        spaces = [self._spaces(text, gap) for text, _ in options]
        for each in beginnings([text for text, _ in options]):
            rests = (self._build(options[n][1], next, gap or each.end > 0) for n in each.ends)
            ways = [*dict.fromkeys(rests), *(made[n] for n in each.next)]
            after = ways[0] if len(ways) == 1 else self._add(Fork(ways))
            part, (gaps, blanks) = slice(each.start, each.end), spaces[each.number]
            text = Text(options[each.number][0][part], gaps[part], blanks[part], after)
            made.append(self._add(text) if each.end else after)
        return made[-1]

    def _list(self, item: tuple[OutputPart, ...], next: int, gap: bool) -> int:
        more = Fork()
        first = self._build(item, self._add(more), gap=True)
        more.ways += [self._text("]", next, True), self._text(", ", first, True, rare=True)]
        start = self._add(Fork([self._text("]", next, True, rare=True), first]))
        return self._text("[", start, gap)

    def _text(
        self, text: str, next: int, gap: bool, quoted: bool = False, rare: bool = False
    ) -> int:
        return self._add(Text(text, *self._spaces(text, gap, quoted), next, rare))

    def _spaces(
        self, text: str, gap: bool, quoted: bool = False
    ) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
        none = (False,) * len(text)
        return _white_space(text, gap, quoted) if self._loose else (none, none)

    # --- reading --------------------------------------------------------------------------------

    def read(self, places: Iterable[Place], text: str) -> list[Read]:
        """The ways to read a text from these places: every one, but for white space at its end that means another."""
        found = [Read("", place) for place in places]
        for char in text:
            found = list(dict.fromkeys(self.further(found, char)))
        return [read for read in found if not self._is_rare(read.place)] or found

    def _is_rare(self, place: Place) -> bool:
        """Whether a reader stands in white space from which it is not usual to go on so."""
        node = self.nodes[place.node]
        return place.at == 0 and isinstance(node, Text) and node.rare

    def further(self, found: Iterable[Read], char: str) -> Iterator[Read]:
        """Every way to go on by one character."""
        for read in found:
            for step in self._step(read.place, char):
                inside = step.inside if step.entered else read.inside + step.inside
                entered = step.entered or read.entered
                yield Read(read.written + step.written, step.place, inside, entered)

    def _step(self, place: Place, char: str) -> Iterator[Read]:
        node = self.nodes[place.node]
        match node:
            case Text():
                yield from self._step_in_text(node, place, char)
            case Open(_, automaton, gap, next):
                state = automaton.after(place.at, char)
                if state != DEAD:
                    yield Read(char, Place(place.node, state), char)
                elif gap and place.at == 0 and char in SPACE:
                    yield Read("", place, entered=True)
                if automaton.is_complete(place.at):
                    yield from self._enter(next, char)
            case Fork(ways):
                for way in ways:
                    yield from self._enter(way, char)
            case Stop():
                pass

    def _enter(self, node: int, char: str) -> Iterator[Read]:
        for step in self._step(Place(node, 0), char):
            yield step._replace(entered=True)

    def _step_in_text(self, node: Text, place: Place, char: str) -> Iterator[Read]:
        at = place.at
        if at == len(node.text):
            yield from self._enter(node.next, char)
        elif node.blanks[at] and char not in SPACE:  # the blank is left out
            for step in self._step(Place(place.node, at + 1), char):
                yield step._replace(written=node.text[at] + step.written)
        elif node.text[at] == char or node.blanks[at]:
            yield Read(node.text[at], Place(place.node, at + 1))
        elif node.gaps[at] and char in SPACE:
            yield Read("", place)

    # --- looking ahead --------------------------------------------------------------------------

    def opened(self, places: Iterable[Place]) -> tuple[Place, ...]:
        """The places where something is left to read, or the end: all that may come next."""
        found: dict[Place, None] = {}
        for place in places:
            self._open(place, found)
        return tuple(found)

    def _open(self, place: Place, found: dict[Place, None]) -> None:
        node = self.nodes[place.node]
        match node:
            case Text(text, _, _, next) if place.at == len(text):
                self._open(Place(next, 0), found)
            case Fork(ways):
                for way in ways:
                    self._open(Place(way, 0), found)
            case Open(_, automaton, _, next):
                if not automaton.is_last(place.at):
                    found[place] = None
                if automaton.is_complete(place.at):
                    self._open(Place(next, 0), found)
            case _:
                found[place] = None

    def certain(self, places: Iterable[Place]) -> tuple[str, list[tuple[Place, ...]]]:
        """The text that must be written next, and the places before it and after each of its characters."""
        text, trail = "", [tuple(places)]
        while (run := self._only_text(opened := self.opened(trail[-1]))) is not None:
            text += run
            for done in range(1, len(run) + 1):
                trail.append(tuple(Place(place.node, place.at + done) for place in opened))
        return text, trail

    def _only_text(self, opened: tuple[Place, ...]) -> str | None:
        """What must come next: all of a text that alone may, else a character that all have."""
        first = self.nodes[opened[0].node] if opened else None
        if len(opened) == 1 and isinstance(first, Text):
            return first.text[opened[0].at :]
        return self._only_char(opened)

    def _only_char(self, opened: tuple[Place, ...]) -> str | None:
        chars: set[str] = set()
        for place in opened:
            node = self.nodes[place.node]
            if not isinstance(node, Text):
                return None
            chars.add(node.text[place.at])
        return chars.pop() if len(chars) == 1 else None

    def inside(self, places: Iterable[Place], text: str) -> tuple[Place, ...]:
        """The places after some text inside of patterns, and what may follow it."""
        found: list[Place] = []
        for place in places:
            node = self.nodes[place.node]
            if isinstance(node, Open):
                state = node.automaton.after_text(place.at, text)
                found += [Place(place.node, state)] if state != DEAD else []
        return self.opened(found) if text else tuple(found)

    def patterns(self, places: Iterable[Place]) -> list[Regex]:
        """What may follow inside of the patterns at these places."""
        nodes = ((self.nodes[place.node], place.at) for place in places)
        return [node.automaton.expression(at) for node, at in nodes if isinstance(node, Open)]

    def exits(self, node: Open) -> frozenset[str]:
        """The characters with which what follows a pattern may begin."""
        found: set[str] = set()
        for place in self.opened([Place(node.next, 0)]):
            after = self.nodes[place.node]
            if isinstance(after, Text):
                found |= {after.text[0], *(SPACE if after.gaps[0] else ())}
        return frozenset(found)

    def may_stop(self, places: Iterable[Place]) -> bool:
        """Whether the output may end here."""
        return any(isinstance(self.nodes[place.node], Stop) for place in self.opened(places))


def _white_space(text: str, gap: bool, quoted: bool) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
    """Before which characters of JSON text white space may stand, and which of them are white space."""
    gaps: list[bool] = []
    blanks: list[bool] = []
    is_escaped = False
    for index, char in enumerate(text):
        before = text[index - 1] if index else ""
        is_between = gap if not index else before in _SIGNS or before == " " or char in _SIGNS
        gaps.append(not quoted and is_between)
        blanks.append(not quoted and char == " ")
        if char == '"' and not is_escaped:
            quoted = not quoted
        is_escaped = quoted and char == "\\" and not is_escaped
    return tuple(gaps), tuple(blanks)
