"""What a turn leaves: the history that the next turn sends, as it is once a function has ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..finding import Cause, Place
from ..layout import REQUEST, Request
from .holding import shape_of
from .machine import Run, Sent
from .messages import dict_of, options_of
from .taints import Hole, Lit, Taint, Taints
from .telling import evidence_of
from .texts import parts_of
from .values import Choice, DictV, ListV, Opaque, Text, Value

_LISTED = frozenset(
    {Cause.WINDOW, Cause.REWRITTEN, Cause.COMPLETION, Cause.SAMPLED, Cause.REASONING, Cause.UNSAVED}
)


def note_sent(run: Run, messages: Value | None, request: Request) -> None:
    """Remember the histories that a request holds."""
    for history in _histories(messages) if messages is not None else ():
        beside = tuple(_beside(messages, history)) if messages is not None else ()
        sent = Sent(history, request, shape_of(history), _count(history), beside)
        run.sent.setdefault(id(history), sent)


def _beside(messages: Value, history: ListV | Opaque) -> Iterator[DictV]:
    """The messages that are sent with a history behind its first one, and are no part of it.

    Of several lists that may be sent, one that outlives the call is another history: what it holds is kept in it.
    """
    held = {id(i.value) for i in history.items} if isinstance(history, ListV) else set[int]()
    for each in options_of(messages):
        items = each.items if isinstance(each, ListV) and not each.persists else []
        parts = [i.many or id(i.value) in held for i in items]
        for at, item in enumerate(items):
            message = dict_of(item.value)
            is_new = message is not None and not any(map(is_piece, message.fields.values()))
            if message is not None and is_new and not parts[at] and any(parts[:at]):
                yield message


def is_piece(value: Value, depth: int = 4) -> bool:
    """Whether a value holds a piece of a stored message."""
    match value:
        case Opaque(parent=parent):
            return parent is not None
        case Text(parts=parts):
            return any(isinstance(p, Hole) and p.is_element for p in parts)
        case ListV(items=items) if depth:
            return any(is_piece(item.value, depth - 1) for item in items)
        case DictV(fields=fields, index=index) if depth:
            return bool(index) or any(is_piece(v, depth - 1) for v in fields.values())
        case Choice(options=options):
            return any(is_piece(each, depth - 1) for each in options)
        case _:
            return False


def _count(history: ListV | Opaque) -> int:
    return len(history.items) if isinstance(history, ListV) else 0


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
        _judge_beside(run, sent, held)
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


def _judge_beside(run: Run, sent: Sent, history: ListV | Opaque) -> None:
    """Messages that were sent behind a history, which has grown since, and that it doesn't hold."""
    if not isinstance(history, ListV) or len(history.items) <= sent.count:
        return
    place = sent.request.sink
    if any(e.cause is Cause.UNSAVED and e.sink == place for e in run.evidence):
        return
    stored = [_said(item.value, place) for item in history.items]
    for message in sent.beside:
        names, words = _said(message, place)
        if not any(names & other if names else words in text for other, text in stored):
            what = "a message is sent, and not kept"
            taint = Taint(Cause.UNSAVED, REQUEST, message.place or place, what)
            more = "the newest turn"
            run.evidence.append(evidence_of(sent.request, Cause.UNSAVED, taint, more=more))
            return


def _said(value: Value, place: Place) -> tuple[frozenset[str], str]:
    """The unknown values in a message by their names, and the text around them."""
    message = dict_of(value)
    content = message.fields.get("content") if message is not None else None
    parts = parts_of(content, place) if content is not None else ()
    names = frozenset(p.label for p in parts if isinstance(p, Hole) and p.label)
    return names, "".join(p.text for p in parts if isinstance(p, Lit)).strip()


def _judge(run: Run, sent: Sent, fresh: Taints) -> None:
    told = {(each.cause, each.origin) for each in run.evidence}
    for taint in fresh:
        if taint.cause in _LISTED and not taint.flag and (taint.cause, taint.place) not in told:
            cause = Cause.ENDED if taint.cause is Cause.COMPLETION else taint.cause
            run.evidence.append(evidence_of(sent.request, cause, taint))
