"""What a turn leaves: the history that the next turn sends, as it is once a function has ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..finding import Cause
from ..layout import Request
from .holding import shape_of
from .machine import Run, Sent
from .messages import options_of
from .taints import Taints
from .telling import evidence_of
from .values import ListV, Opaque, Value

_LISTED = frozenset(
    {Cause.WINDOW, Cause.REWRITTEN, Cause.COMPLETION, Cause.SAMPLED, Cause.REASONING, Cause.UNSAVED}
)


def note_sent(run: Run, messages: Value | None, request: Request) -> None:
    """Remember the histories that a request holds."""
    for history in _histories(messages) if messages is not None else ():
        run.sent.setdefault(id(history), Sent(history, request, shape_of(history)))


def _histories(messages: Value) -> Iterator[ListV | Opaque]:
    """The lists that messages stand in, or were taken out of."""
    for each in options_of(messages):
        if isinstance(each, ListV):
            if each.persists:
                yield each
            yield from _owners(each)
            for item in each.items:
                for option in options_of(item.value):
                    yield from _owners(option)
        elif isinstance(each, Opaque):
            yield each


def _owners(value: Value, depth: int = 3) -> Iterator[ListV | Opaque]:
    parent = value.parent if isinstance(value, ListV | Opaque) and depth else None
    if parent is not None:
        yield parent
        yield from _owners(parent, depth - 1)


def note_left(run: Run, value: Value) -> None:
    """Remember a list that is stored or given back: the next turn may begin with it."""
    run.left += [each for each in options_of(value) if isinstance(each, ListV | Opaque)]


def judge_left(run: Run, given_back: Value) -> None:
    """Note what the next turn finds changed, once a function that was followed has ended."""
    given = [s for s in run.sent.values() if _is_given(s.history)]
    for value in options_of(given_back):
        for sent in _sent_of(run, value, given) if isinstance(value, ListV | Opaque) else ():
            _judge(run, sent, shape_of(value) - sent.shape)
    for sent in list(run.sent.values()):
        held = run.became.get(id(sent.history), sent.history)
        _judge(run, sent, shape_of(held) - sent.shape)
    for value in run.left:
        for sent in _sent_of(run, value, run.sent.values()):
            _judge(run, sent, shape_of(value) - sent.shape)


def _is_given(history: ListV | Opaque) -> bool:
    """Whether a history is the caller's, who goes on with what is given back: no attribute of an object."""
    first = history.items[0].value if isinstance(history, ListV) and history.items else history
    return isinstance(first, Opaque) and "." not in first.label


def _sent_of(run: Run, value: ListV | Opaque, among: Iterable[Sent]) -> Iterable[Sent]:
    """The requests that held the history which a list is a part of."""
    owners = {id(each) for each in _owners(value)} | {id(value)}
    return [s for s in among if id(run.became.get(id(s.history), s.history)) in owners]


def _judge(run: Run, sent: Sent, fresh: Taints) -> None:
    told = {(each.cause, each.origin) for each in run.evidence}
    for taint in fresh:
        if taint.cause in _LISTED and not taint.flag and (taint.cause, taint.place) not in told:
            cause = Cause.ENDED if taint.cause is Cause.COMPLETION else taint.cause
            run.evidence.append(evidence_of(sent.request, cause, taint))
