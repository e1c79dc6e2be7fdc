"""Loops of a template: the order in which items come, a history that is replayed, text that each round writes again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from jinja2 import nodes

from ..finding import Cause, Place
from ..layout import REQUEST
from ..python.holding import shape_of, text_taints_of
from ..python.labels import label_taints
from ..python.origins import STABLE_WORDS
from ..python.taints import NONE, Hole, Lit, Part, Taint, Taints
from ..python.values import DictV, Opaque, Value

_HISTORY = re.compile(
    r"(^|[._])(messages?|history|chat_history|turns|conversation|dialog(ue)?|exchanges|transcript|chat|chat_log)$"
)
_STABLE = re.compile(
    r"example|shot|tool|section|polic|guideline|faq|step|topic|categor|label|skill|agent|chapter|criteri|field|schema"
)
_MANY = re.compile(
    r"(^|[._])(rows|tickets|reviews|comments|posts|tweets|complaints|candidates|essays|utterances|chunks|hits|snippets"
    r"|passages|search_results|retrieved_\w+s|matches|emails|orders|alerts|incidents|transactions)$"
)
"""Names of what a call asks about: many such things, and no table that comes with the program."""

REPEATED = 240
"""Characters of fixed text behind an item from which on it is worth a word that each round writes them."""


def is_history(value: Value) -> bool:
    """Whether a value is a conversation by its name."""
    return isinstance(value, Opaque) and bool(_HISTORY.search(value.label.lower()))


def rounds(source: Value, inner: Sequence[Part], place: Place, moved: Taints) -> list[Part]:
    """What a loop over something writes: one round of it, behind what its order hangs on."""
    retrieved = label_taints(source, place) if isinstance(source, Opaque) else NONE
    held = moved | frozenset(t for t in retrieved if t.cause in (Cause.VARYING, Cause.USER))
    held = held or _rows(source, place) or _repeated(source, inner, place)
    parts = [*([Hole(held)] if held else []), *inner]
    if not is_history(source):
        return parts
    said = Hole(NONE, "history", is_element=True)
    return [*parts, said, *([] if held else [_grown(source, place)])]


def _grown(source: Value, place: Place) -> Hole:
    """What stands behind a conversation that is written out: it moves on with each turn."""
    label = source.label if isinstance(source, Opaque) else "history"
    what = f"`{label}`, which grows with each turn,"
    return Hole(frozenset({Taint(Cause.VARYING, REQUEST, place, what)}))


def _rows(source: Value, place: Place) -> Taints:
    """Things of which each call has others, by the name of many of them: rows, tickets, reviews."""
    label = source.label.lower() if isinstance(source, Opaque) else ""
    if not _MANY.search(label):
        return NONE
    what = f"`{label}`, of which each call has others,"
    return frozenset({Taint(Cause.VARYING, REQUEST, place, what)})


def windowed(value: Value, cut: nodes.Slice, place: Place) -> Value:
    """A list of which only the newest are taken: another beginning with every turn."""
    count = _from_end(cut.start)
    if count is None or cut.stop is not None or not isinstance(value, Opaque):
        return value
    what = f"the window `{value.label or 'list'}[{count}:]`"
    return replace(value, shape=value.shape | {Taint(Cause.WINDOW, REQUEST, place, what)})


def _from_end(start: nodes.Expr | None) -> str | None:
    match start:
        case nodes.Neg(node=nodes.Const(value=int(count))) if count > 1:
            return f"-{count}"
        case nodes.Const(value=int(count)) if count < -1:
            return str(count)
        case nodes.Neg(node=nodes.Name(name=name)):
            return f"-{name}"
        case _:
            return None


def round_variable(source: Value, place: Place) -> Value:
    """Jinja's `loop`: of a history, what counts from its end is another number with every turn."""
    if not is_history(source):
        return Opaque(label="loop")
    taint = Taint(Cause.REWRITTEN, REQUEST, place, "messages counted from the newest")
    moving = Opaque(frozenset({taint}))
    steady = Opaque(label="loop")
    return DictV({name: moving for name in ("revindex", "revindex0", "length")}, rest=steady)


def order_of(source: Value) -> Taints:
    """What the order of something hangs on, and whether it is there at all."""
    return shape_of(source) | text_taints_of(source)


def _repeated(source: Value, inner: Sequence[Part], place: Place) -> Taints:
    """Long fixed text that each round of a loop writes behind the item that it is about."""
    label = source.label if isinstance(source, Opaque) else ""
    lowered = label.lower()
    if not label or is_history(source) or _STABLE.search(lowered):
        return NONE
    if any(word in lowered for word in STABLE_WORDS):
        return NONE
    first = next((n for n, part in enumerate(inner) if isinstance(part, Hole)), len(inner))
    behind = sum(len(part.text) for part in inner[first + 1 :] if isinstance(part, Lit))
    if behind < REPEATED:
        return NONE
    what = f"an item of `{label}`, behind which each round writes the same text,"
    return frozenset({Taint(Cause.VARYING, REQUEST, place, what)})
