"""The conversations that a program can have, as words over roles, and how a call asks in the last turn of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Literal, NamedTuple

Role = Literal["system", "user", "assistant", "tool", "thinking", "call"]
"""`thinking` is what a model thinks before the answer of the assistant's turn that follows it."""
Order = tuple[Role | None, Role]
"""A turn and the one before it; None is the start of the conversation."""

Word = tuple[Role, ...]
START: Word = ()


class Ask(NamedTuple):
    """A call in an open turn of `role`. `fresh`: nothing stands in the turn yet, so the template opens it alone.

    `thinking`: `off` where the template is told so.
    """

    role: Role
    fresh: bool = False
    thinking: str = ""


class Asked(NamedTuple):
    """A conversation as a call asks it: its turns, the last of them open."""

    roles: Word
    fresh: bool = False
    thinking: str = ""


@dataclass(frozen=True)
class Turns:
    """The turns that a program can make: which may follow which, and in which of them it asks."""

    orders: frozenset[Order]
    asks: frozenset[Ask]

    @cached_property
    def before(self) -> dict[Role, tuple[Role | None, ...]]:
        """What may stand before a turn of each role."""
        return {
            r: tuple(sorted((a for a, b in self.orders if b == r), key=str)) for r in self.roles
        }

    @cached_property
    def after(self) -> dict[Role | None, tuple[Role, ...]]:
        """What may follow a turn of each role."""
        firsts: set[Role | None] = {a for a, _ in self.orders}
        return {a: tuple(sorted(b for first, b in self.orders if first == a)) for a in firsts}

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The roles of all turns."""
        return tuple(sorted({role for _, role in self.orders}))

    @cached_property
    def alive(self) -> frozenset[Role]:
        """The roles of turns in which, or behind which, a call may be asked."""
        found: set[Role] = {ask.role for ask in self.asks}
        grown = True
        while grown:
            more: set[Role] = {a for a, b in self.orders if b in found and a is not None}
            grown = not more <= found
            found |= more
        return frozenset(found)

    def leads(self, role: Role, length: int) -> list[Word]:
        """The words that a turn of `role` may follow: up to `length` turns, or the shortest there are."""
        found: list[Word] = []
        for size, words in enumerate(self._from_start()):
            if size > length and (found or size > length + len(self.roles)):
                break
            found += [word for word in words if self.may_follow(word, role)]
        return found

    def _from_start(self) -> Iterator[list[Word]]:
        level: list[Word] = [START]
        while level:
            yield level
            level = [(*word, role) for word in level for role in self.after.get(last(word), ())]

    def may_follow(self, word: Word, role: Role) -> bool:
        """Whether a turn of `role` may stand behind a word."""
        return (last(word), role) in self.orders

    def asked(self, length: int) -> Iterator[Asked]:
        """The conversations of up to `length` turns that a call may ask."""
        for size, words in enumerate(self._from_start()):
            if size > length:
                return
            yield from (
                Asked(word, ask.fresh, ask.thinking)
                for word in words
                for ask in sorted(self.asks)
                if word and word[-1] == ask.role
            )

    def longer(self, count: int, length: int) -> Iterator[Asked]:
        """Some conversations of up to `length` turns, the same ones every time."""
        random = Random(0)
        for _ in range(count):
            word: Word = START
            for _ in range(random.randint(3, length)):
                following: list[Role] = [
                    r for r in self.after.get(last(word), ()) if r in self.alive
                ]
                if not following:
                    break
                word = (*word, random.choice(following))
            asks = [ask for ask in sorted(self.asks) if word and word[-1] == ask.role]
            yield from (Asked(word, ask.fresh, ask.thinking) for ask in asks)


def last(word: Word) -> Role | None:
    """The last turn of a word."""
    return word[-1] if word else None


def orders_of(roles: Sequence[Role]) -> list[Order]:
    """The pairs of consecutive turns of a conversation."""
    return list(zip((None, *roles[:-1]), roles, strict=True))


def turns_of(orders: Iterable[Order]) -> Turns:
    """All conversations that these orders allow, with calls wherever an assistant may speak."""
    given = frozenset(orders)
    roles: set[Role] = {role for _, role in given}
    asks = {Ask(role, role == "thinking") for role in roles}
    if "assistant" in roles:
        asks.add(Ask("assistant", True))
    return Turns(given, frozenset(asks))
