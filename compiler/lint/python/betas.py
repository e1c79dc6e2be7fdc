"""Beta features that a call asks for, by a header or by a parameter that becomes one."""

from __future__ import annotations

from .elements import known_items
from .texts import literal
from .values import Const, DictV, ListV, Value


def betas_of(headers: Value | None, betas: Value | None) -> frozenset[str] | None:
    """The features by name; None where some may not be known."""
    named = [betas] if betas is not None else []
    if isinstance(headers, DictV):
        if headers.rest is not None or headers.shape:
            return None
        named += [held for key, held in headers.fields.items() if "beta" in str(key).lower()]
    elif headers is not None:
        return None
    found = [_names(each) for each in named]
    known = [each for each in found if each is not None]
    return frozenset().union(*known) if len(known) == len(found) else None


def _names(value: Value) -> frozenset[str] | None:
    if (words := literal(value)) is not None:
        return frozenset(word.strip() for word in words.split(",") if word.strip())
    if value == Const(None) or (isinstance(value, ListV) and not value.items):
        return frozenset()
    texts = [literal(each) for each in known_items(value) or ()]
    named = [text for text in texts if text is not None]
    return frozenset(named) if named and len(named) == len(texts) else None
