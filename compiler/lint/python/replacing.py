"""Text in which a pattern is replaced: by a text, or by what a function gives for each place that fits."""

from __future__ import annotations

import ast

from .filling import holes_of
from .frames import Frame
from .machine import Run
from .places import place_of
from .taints import Lit, Part
from .texts import parts_of, text
from .thoughts import without_thoughts
from .values import FnV, Method, Obj, Opaque, PartialV, Value

_PLAIN = str.maketrans("", "", "\\^$.|?*+()[]{}")


def by_pattern(
    run: Run, frame: Frame, pattern: str | None, by: Value, subject: Value, node: ast.Call
) -> Value:
    """What `re.sub` gives. The pattern is not run: where it fits is guessed, within the text."""
    place = place_of(frame.module, node)
    bare = without_thoughts(run, frame, subject, node)
    if bare is not None:
        return bare
    if isinstance(by, FnV | PartialV | Method | Obj):
        by = run.calls.value(run, frame, by, [Opaque(label="match")], {}, node)
    parts, given = list(parts_of(subject, place)), holes_of([by], place)
    if not given:
        return text(parts)
    for number, part in enumerate(parts):
        if isinstance(part, Lit):
            parts[number : number + 1] = _amid(part.text, pattern, given)
            return text(parts)
    return text((*parts, *given, *parts[:1]))


def _amid(known: str, pattern: str | None, given: list[Part]) -> list[Part]:
    words = (pattern or "").translate(_PLAIN)
    at = known.find(words) if words else -1
    at = at if at >= 0 else min(len(known) // 2, 80)
    return [Lit(known[:at]), *given, Lit(known[at:])]
