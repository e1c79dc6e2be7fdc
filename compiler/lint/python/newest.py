"""The newest message: what is stored of it has to be what was sent, or the next turn replays something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import Cause, Evidence, Loss, Place
from ..layout import Request
from .machine import Newest, Run
from .messages import dict_of, role_of
from .replayed import arguments_in
from .requests import Given
from .taints import NONE, Hole, Lit
from .telling import evidence_of
from .texts import parts_of
from .values import Const, DictV, ListV, Opaque, Value

_LEAST = 8
"""Characters that are worth a word."""


def note_newest(run: Run, given: Given, request: Request) -> None:
    """Remember the message that is sent behind a history, where it is no part of it."""
    messages = given.messages
    if not isinstance(messages, ListV) or messages.persists or len(messages.items) < 2:
        return
    last, before = messages.items[-1], messages.items[-2]
    message = dict_of(last.value)
    parent = before.value.parent if isinstance(before.value, Opaque) else None
    if message is not None and not last.many and before.many and parent is not None:
        run.newest[id(parent)] = Newest(message, request.sink, request.family)


def judge_stored(run: Run, history: ListV | Opaque, value: Value, place: Place) -> None:
    """A message is put into a history: the one that was sent just now, or another text."""
    sent = run.newest.pop(id(history), None)
    stored = dict_of(value)
    run.put_away |= arguments_in(stored) if stored is not None else NONE
    if sent is None or stored is None or not _are_two_texts(sent.message, stored, sent.place):
        return
    what = "what is stored of the newest message is another text than was sent"
    run.evidence.append(
        Evidence(
            Cause.UNSAVED,
            sent.place,
            sent.place,
            what,
            (place,),
            Loss(0, more="the newest turn"),
            sent.family,
        )
    )


_FORWARDS = re.compile(r"chat/completions|/v1/messages|/v1/responses")
"""The addresses of services that models stand behind."""


def judge_put_away(run: Run) -> Iterator[Evidence]:
    """Arguments that are dumped again into a message which is stored: some later call replays it."""
    told = {each.origin for each in run.evidence if each.cause is Cause.ARGUMENTS}
    for taint in run.put_away:
        request = next((r for r in run.requests if r.sink.file == taint.place.file), None)
        module = run.project.by_file.get(taint.place.file)
        if request is None and module is not None and _FORWARDS.search(module.text):
            request = Request(taint.place, module.name)
        if request is not None and taint.place not in told:
            yield evidence_of(request, Cause.ARGUMENTS, taint, more="")


def _are_two_texts(sent: DictV, stored: DictV, place: Place) -> bool:
    """Whether both hold the same unknown text, in another frame."""
    if role_of(sent.fields.get("role", Const(""))) != role_of(stored.fields.get("role", Const(""))):
        return False
    one, other = (_pieces(m.fields.get("content", Const("")), place) for m in (sent, stored))
    if not one[0] & other[0]:
        return False
    return one[0] != other[0] or abs(len(one[1]) - len(other[1])) >= _LEAST


def _pieces(content: Value, place: Place) -> tuple[frozenset[str], str]:
    """The unknown texts in a content by their names, and what stands around them."""
    parts = parts_of(content, place)
    names = frozenset(p.label for p in parts if isinstance(p, Hole) and p.label)
    return names, "".join(p.text for p in parts if isinstance(p, Lit)).strip()
