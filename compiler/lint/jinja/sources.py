"""Functions and filters that a template calls and nobody gave it a value for: clocks, ids, the machine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..finding import Cause, Place
from ..layout import REQUEST
from ..python.clocks import coarse
from ..python.sources.forms import called_like
from ..python.sources.lookup import source_of
from ..python.sources.source import Source
from ..python.taints import Taint
from ..python.values import Const, Opaque, Value

_MODULES = {
    "datetime": "datetime.datetime",
    "dt": "datetime.datetime",
    "date": "datetime.date",
    "timezone": "datetime.datetime",
    "now": "datetime.datetime",
}
"""What a template's short name for a module or class means."""


def called(path: str, args: Sequence[Value], place: Place) -> Value | None:
    """What a function gives by its dotted name, if that is a source of something volatile."""
    if path == "strftime_now":
        source = called_like("now", 0)
    else:
        source = _source(path, len(args))
    if source is None:
        return None
    taint = Taint(source.cause, source.rank, place, f"`{path}`")
    held = Opaque(frozenset({taint}), label=path)
    pattern = args[0].value if args and isinstance(args[0], Const) else None
    return coarse(held, pattern) if isinstance(pattern, str) and "%" in pattern else held


def _source(path: str, count: int) -> Source | None:
    owner, _, last = path.rpartition(".")
    if not owner:
        return called_like(last, count)
    first, _, rest = owner.partition(".")
    long = ".".join(filter(None, (_MODULES.get(first, first), rest, last)))
    return source_of(path, {}, count) or source_of(long, {}, count)


_EXAMPLES = re.compile(r"example|shot|demo(nstration)?s?\b|sample")


def drawn_of(name: str, value: Value, place: Place) -> Value | None:
    """What a filter gives that draws or shuffles; other examples are another prompt even where nothing follows."""
    if name not in ("random", "shuffle", "sample", "choice", "uuid", "uuid4"):
        return None
    label = value.label.lower() if isinstance(value, Opaque) else ""
    cause = Cause.SAMPLED if _EXAMPLES.search(label) else Cause.RANDOM
    return Opaque(frozenset({Taint(cause, REQUEST, place, f"the filter `{name}`")}))
