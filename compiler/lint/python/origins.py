"""Where what varies in a prompt comes from, and which values are its fixed part by their names."""

from __future__ import annotations

from dataclasses import replace

from ..finding import Cause, Place
from ..layout import SESSION, Origin
from .answering import ANSWERED
from .machine import Run
from .replayed import DUMPED
from .taints import MAX_PATH, Taint, Taints

STABLE_WORDS = (
    "system",
    "prompt",
    "instruction",
    "persona",
    "policy",
    "rules",
    "guide",
    "template",
    "preamble",
    "charter",
    "role",
    "brief",
    "head",
)


STABLE_TOKENS = 200
"""What an unknown text counts whose name says that it is the fixed part of a prompt."""


_OF_HEADS = frozenset({"role", "brief", "head"})
"""Those of them that name other things in what is said."""


def is_stable(label: str, is_newest: bool) -> bool:
    """Whether a value is the fixed part of a prompt by its name; one of many isn't, whatever they are called."""
    if label.endswith("[]"):
        return False
    words = [word for word in STABLE_WORDS if not (is_newest and word in _OF_HEADS)]
    return any(word in label for word in words) and "user" not in label


def origins(run: Run, taints: Taints) -> tuple[Origin, ...]:
    """The taints that vary between the calls that are made here."""
    found = [o for o in (_origin(run, t) for t in taints) if o is not None]
    return tuple(sorted(found, key=lambda o: (o.place.file, o.place.line, o.what)))


def past(origin: Origin, place: Place | None, sink: Place) -> Origin:
    """An origin whose value was put into a text on its way, in a line of its own."""
    told = {(p.file, p.line) for p in (origin.place, *origin.path, sink)}
    if place is None or (place.file, place.line) in told or len(origin.path) >= MAX_PATH:
        return origin
    return replace(origin, path=(*origin.path, place))


def _origin(run: Run, taint: Taint) -> Origin | None:
    running = run.loop_numbers()
    if taint.flag in (
        "head",
        "filter",
        "choice",
        "reconnect",
        "asked",
        "rest",
        "stored",
        DUMPED,
        "expiry",
        ANSWERED,
    ) or (taint.needs and taint.needs not in running):
        return None
    if taint.cause is Cause.REASONING:
        return None
    if taint.cause is Cause.MODELS and taint.place.symbol not in run.models:
        return None
    rank = taint.rank
    inside = [loop for loop in running if loop not in taint.loops]
    if any(loop in running for loop in taint.settles):
        rank = min(rank, SESSION)
    if inside and taint.cause is not Cause.STATE:
        rank = min(rank, SESSION)
    return Origin(taint.cause, rank, taint.place, taint.what, taint.path)
