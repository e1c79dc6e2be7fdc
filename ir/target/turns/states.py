"""On what the text before a turn depends: on the past of a conversation, and on its future.

Two pasts are one state when whatever follows makes the template write the same; two futures are one state when
the template writes the same before it, whatever stood there. Both are found as in learning an automaton from
queries: a new word is compared with the states known so far by rendering it with short words around it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from .shapes import Shapes
from .words import START, Ask, Asked, Role, Turns, Word, last

MOST_STATES = 24
_LEADS = 3


class TooDeep(Exception):
    """What the template writes depends on more of a conversation than states can hold."""


@dataclass
class Futures:
    """The states of what comes: `words` has a conversation for each, `first` the turn that it begins with."""

    words: list[Asked] = field(default_factory=list[Asked])
    asked: dict[Ask, int] = field(default_factory=dict[Ask, int])
    step: dict[tuple[Role, int], int] = field(default_factory=dict[tuple[Role, int], int])

    def first(self, state: int) -> Role:
        """The turn that comes next."""
        return self.words[state].roles[0]


@dataclass
class Pasts:
    """The states of what was: `words` has the turns of one conversation for each."""

    words: list[Word] = field(default_factory=list[Word])
    step: dict[tuple[int, Role], int] = field(default_factory=dict[tuple[int, Role], int])


def find_futures(turns: Turns, shapes: Shapes) -> Futures:
    """The states of futures, from the calls backwards. Raises TooDeep, Misplaced."""
    found = Futures()
    known: dict[Hashable, int] = {}

    def state(asked: Asked) -> int:
        leads = turns.leads(asked.roles[0], _LEADS)
        shapes.prepare(asked._replace(roles=lead + asked.roles) for lead in leads)
        row = (asked.roles[0], tuple((lead, shapes.before(lead, asked)) for lead in leads))
        if row not in known:
            known[row] = _counted(len(found.words))
            found.words.append(asked)
        return known[row]

    for ask in sorted(turns.asks):
        if turns.leads(ask.role, _LEADS):
            found.asked[ask] = state(Asked((ask.role,), ask.fresh, ask.thinking))
    for number, word in enumerate(found.words):  # grows on the way
        for role in turns.before[word.roles[0]]:
            if role is not None:
                found.step[role, number] = state(word._replace(roles=(role, *word.roles)))
    return found


def find_pasts(turns: Turns, shapes: Shapes, futures: Futures) -> Pasts:
    """The states of pasts, from the start onwards. Raises TooDeep, Misplaced."""
    found = Pasts()
    known: dict[Hashable, int] = {}
    gap = _gap(shapes)

    def state(word: Word) -> int:
        following: list[Role] = [
            role for role in turns.after.get(last(word), ()) if role in turns.alive
        ]
        ends = (START, *map(_alone, following))
        around = [
            (end, number, asked._replace(roles=word + end + asked.roles))
            for end in ends
            for number, asked in enumerate(futures.words)
            if turns.may_follow(word + end, asked.roles[0])
        ]
        shapes.prepare(asked for _, _, asked in around)
        row = (last(word), tuple((e, n, gap(asked, len(word + e))) for e, n, asked in around))
        if row not in known:
            known[row] = _counted(len(found.words))
            found.words.append(word)
        return known[row]

    state(START)
    for number, word in enumerate(found.words):  # grows on the way
        for role in turns.after.get(last(word), ()):
            if role in turns.alive:
                found.step[number, role] = state((*word, role))
    return found


def _alone(role: Role) -> Word:
    return (role,)


def _gap(shapes: Shapes) -> Callable[[Asked, int], str | None]:
    def gap(asked: Asked, at: int) -> str | None:
        gaps = shapes.gaps(asked)
        return None if gaps is None else gaps[at]

    return gap


def _counted(count: int) -> int:
    if count >= MOST_STATES:
        raise TooDeep
    return count
