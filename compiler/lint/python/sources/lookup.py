"""What a call gives that is volatile: the user's own sources, then the tables, then the form of a name."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from ...finding import Cause
from ..listings import COMPLETION_CALLS, COMPLETION_METHODS, UNORDERED_CALLS, UNORDERED_METHODS
from .forms import called_like, method_like
from .packages import PACKAGES, SETTINGS, WHOLE_MODULES
from .searches import METHODS, searched
from .source import Source
from .standard import STANDARD

_TABLE: Mapping[str, Source] = {**STANDARD, **PACKAGES}
SETTLED: Mapping[str, Cause] = {cause.name.lower().replace("_", "-"): cause for cause in Cause}


def source_of(name: str, own: Mapping[str, str], count: int = 0) -> Source | None:
    """What a function of another package gives, by its dotted name; `own` are the user's, `count` its arguments."""
    for known, word in own.items():
        if name == known or name.endswith(f".{known}"):
            return source_named(word)
    found = _TABLE.get(name)
    if found is not None:
        return found
    module, _, last = name.rpartition(".")
    if module in WHOLE_MODULES and name not in SETTINGS:
        return WHOLE_MODULES[module]
    root = name.partition(".")[0]
    return called_like(last, count) if module and root not in sys.stdlib_module_names else None


def source_named(word: str) -> Source:
    """A source by the word of a configuration: a cause, or a lifetime. Raises KeyError."""
    from .....ir.module import LIFETIMES

    if word in LIFETIMES:
        return Source(Cause.STATE, LIFETIMES.index(word))
    cause = SETTLED[word]
    known = [s for s in (*_TABLE.values(), *METHODS.values()) if s.cause is cause]
    return known[0] if known else Source(cause)


def method_source(receiver: str, name: str, count: int = 0) -> Source | None:
    """What a method gives, by its name and that of its receiver."""
    return METHODS.get(name) or searched(receiver, name) or method_like(receiver, name, count)


_AMBIGUOUS = frozenset(
    "run call id input wait random version system release machine node new glob generate "
    "format retrieve recall encode enumerate get parse name slug".split()
)
SOURCE_WORDS = (
    frozenset(name.rpartition(".")[2] for name in (*_TABLE, *UNORDERED_CALLS, *COMPLETION_CALLS))
    | frozenset({*METHODS, *UNORDERED_METHODS, *COMPLETION_METHODS, "set", "frozenset"})
) - _AMBIGUOUS
"""Last words of what gives something volatile, those left out that mean many other things."""


def is_source_word(word: str) -> bool:
    """Whether a name may be that of a source."""
    return word in SOURCE_WORDS or called_like(word, 0) is not None
