"""Finds out, by rendering, how a chat template writes the turns of a program.

A template is a program, so it is asked: with every conversation of a few turns that the program can have, with
longer ones, and with contents made to trip it up. What comes out are the texts between contents, or the first
character at which pieces and whole differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..calls import CALL
from ..template import ChatTemplate
from ..template_error import TemplateError
from .contents import EDGES, TRIMS, Odd, Trim, kinds_of
from .ends import find_ends
from .model import Mismatch, Refusal, TurnModel
from .shapes import DROPPED, NEUTRAL, Filled, Misplaced, Shapes, may_vanish, neutral
from .states import Futures, Pasts, TooDeep, find_futures, find_pasts
from .words import Asked, Order, Role, Turns, Word, orders_of, turns_of

_DEPTH = 4
_LONGER = (24, 9)
_TRIED = 6


def probe(
    template: ChatTemplate, turns: Turns | Iterable[Order], tools: Sequence[Any] | None = None
) -> TurnModel:
    """The model of a template over conversations, or over all that some orders of turns allow."""
    wanted = turns if isinstance(turns, Turns) else turns_of(turns)
    key = (wanted, json.dumps(tools))
    if key not in template.models:
        template.models[key] = _Prober(wanted, Shapes(template, tools)).model()
    return template.models[key]


class _Failed(Exception):
    """Carries the mismatch out of the probing."""

    def __init__(self, mismatch: Mismatch) -> None:
        self.mismatch = mismatch


class _Prober:
    """Probes one template. A conversation that it refuses is left out, if each order in it is taken elsewhere."""

    def __init__(self, turns: Turns, shapes: Shapes) -> None:
        self._turns, self._shapes = turns, shapes

    def model(self) -> TurnModel:
        try:
            refusals = tuple(self._refusals())
            return TurnModel(refusals=refusals) if refusals else self._known()
        except Misplaced as found:
            why = "the contents don't stand there once, in order"
            return _unknown(found.asked.roles, found.text[:40], why)
        except TooDeep:
            return _unknown((), "", "what stands before a turn depends on too many others")
        except _Failed as failure:
            return TurnModel(mismatch=failure.mismatch)

    def _refusals(self) -> Iterator[Refusal]:
        """Orders that occur in no accepted conversation, though what leads to them does."""
        tried = list(self._turns.asked(self._depth))
        self._shapes.prepare(tried)
        accepted = {
            order
            for asked in tried
            if self._shapes.gaps(asked) is not None
            for order in orders_of(asked.roles)
        }
        reported: set[Order] = set()
        for asked, message in list(self._shapes.errors.items()):
            first = next((o for o in orders_of(asked.roles) if o not in accepted), None)
            is_empty = asked.fresh and len(asked.roles) == 1  # a loop before it may run, or not
            if not is_empty and first is not None and first not in reported:
                reported.add(first)
                yield Refusal(first, message)

    def _known(self) -> TurnModel:
        futures = find_futures(self._turns, self._shapes)
        pasts = find_pasts(self._turns, self._shapes, futures)
        gaps = dict(self._gaps(pasts, futures))
        drops = frozenset(f for f, asked in enumerate(futures.words) if self._drops(asked))
        closed = [self._shapes.closed_end(word) if word else "" for word in pasts.words]
        thought = {past for past, word in enumerate(pasts.words) if word[-1:] == ("thinking",)}
        spoken = {
            pair: gap
            for pair, gap in gaps.items()
            if pair[0] not in thought and not _is_one_turn(pasts.words[pair[0]], futures, pair[1])
        }
        ends = find_ends(closed, spoken) | dict.fromkeys(thought, "")
        model = TurnModel(pasts, futures, gaps, ends, drops)
        count, length = _LONGER
        every = [*self._turns.asked(self._depth), *self._turns.longer(count, length + self._more)]
        self._shapes.prepare(every)
        tried = [asked for asked in every if self._shapes.gaps(asked) is not None]
        texts = self._shapes.texts([(asked, neutral(len(asked.roles))) for asked in tried])
        for asked, text in zip(tried, texts, strict=True):
            _compare(model, asked, text)
        trims: dict[Role, Trim] = {r: self._trim(model, tried, r) for r in self._turns.roles}
        model = replace(model, trims=trims)
        odd = tuple(odd for role in self._turns.roles for odd in self._odd(model, tried, role))
        return replace(model, odd=odd)

    @property
    def _more(self) -> int:
        """How many more turns conversations have in which a model thinks."""
        return 2 if "thinking" in self._turns.roles else 0

    @property
    def _depth(self) -> int:
        return _DEPTH + self._more

    def _drops(self, asked: Asked) -> bool:
        """Whether the template does not show what a future begins with."""
        if not may_vanish(asked.roles) or len(asked.roles) == 1:
            return False
        leads = self._turns.leads(asked.roles[0], 1)
        found = (self._shapes.gaps(asked._replace(roles=w + asked.roles)) for w in leads)
        return any(
            g is not None and g[len(w) + 1] == DROPPED for w, g in zip(leads, found, strict=True)
        )

    def _gaps(self, pasts: Pasts, futures: Futures) -> Iterator[tuple[tuple[int, int], str]]:
        for past, word in enumerate(pasts.words):
            for future, asked in enumerate(futures.words):
                if self._turns.may_follow(word, asked.roles[0]):
                    found = self._shapes.gaps(asked._replace(roles=word + asked.roles))
                    if found is not None:
                        yield (past, future), found[len(word)].replace(DROPPED, "")

    def _trim(self, model: TurnModel, tried: Sequence[Asked], role: Role) -> Trim:
        """How contents of a role are trimmed; no trimming, where none explains what is rendered."""
        return next((trim for trim in TRIMS if self._trims(model, tried, role, trim)), Trim())

    def _trims(self, model: TurnModel, tried: Sequence[Asked], role: Role, trim: Trim) -> bool:
        trimming = replace(model, trims={role: trim})
        return not any(self._changed(trimming, self._filled(tried, role, [EDGES])))

    def _odd(self, model: TurnModel, tried: Sequence[Asked], role: Role) -> Iterator[Odd]:
        kinds = [
            (odd, self._filled(tried, role, patterns))
            for odd, patterns in kinds_of(self._source, role)
        ]
        changed = self._changed(model, [case for _, cases in kinds for case in cases])
        for odd, cases in kinds:
            if any([next(changed) for _ in cases]):
                yield odd

    @property
    def _source(self) -> str:
        return self._shapes.template.source + self._shapes.template.with_tools

    def _filled(
        self, tried: Sequence[Asked], role: Role, patterns: Sequence[str]
    ) -> list[tuple[Asked, list[str]]]:
        """Conversations in which the contents of a role follow patterns."""
        return [
            (
                asked,
                [_content(pattern if r == role else NEUTRAL, n) for n, r in enumerate(asked.roles)],
            )
            for pattern in patterns
            for asked in self._with(tried, role)
        ]

    def _changed(self, model: TurnModel, cases: Sequence[Filled]) -> Iterator[bool]:
        """For each conversation whether it is rendered in another way than the model says."""
        for case, text in zip(cases, self._shapes.texts(cases), strict=True):
            yield text != model.asked(*case)

    def _with(self, tried: Sequence[Asked], role: Role) -> list[Asked]:
        """Conversations with a content of a role: the shortest ones, and some of the longest."""
        shown = [asked for asked in tried if role in asked.roles[: -1 if asked.fresh else None]]
        return [*shown[:_TRIED], *shown[-2:]]


def _is_one_turn(word: Word, futures: Futures, future: int) -> bool:
    """Whether what follows is a call in the turn of the assistant that has spoken, which it does not end."""
    return word[-1:] == ("assistant",) and futures.first(future) == CALL


def _compare(model: TurnModel, asked: Asked, rendered: str | TemplateError) -> None:
    if isinstance(rendered, TemplateError):
        why = "the template refuses this conversation"
        raise _Failed(Mismatch(asked.roles, 0, "", str(rendered), why))
    try:
        composed = model.asked(asked, neutral(len(asked.roles)))
    except KeyError:
        raise TooDeep from None
    if composed != rendered:
        raise _Failed(_difference(asked.roles, composed, rendered))


def _content(pattern: str, number: int) -> str:
    return pattern.format(number, number)


def _unknown(roles: tuple[Role, ...], text: str, why: str) -> TurnModel:
    return TurnModel(mismatch=Mismatch(roles, 0, "", text, why))


def _difference(roles: tuple[Role, ...], composed: str, rendered: str) -> Mismatch:
    pairs = zip(composed, rendered, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(composed), len(rendered)))
    shown = slice(max(0, at - 10), at + 20)
    return Mismatch(roles, at, composed[shown], rendered[shown])
