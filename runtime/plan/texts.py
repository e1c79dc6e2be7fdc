"""Values of parameters from text, as command lines and CSV files have them: text as it is, other types as JSON."""

from __future__ import annotations

import json
from typing import Any

from ...ir.types import STR, OptionalType, Type, UnionType, literal_kind


def value_of(text: str, kind: Type) -> Any:
    """The value that a text stands for, by its parameter's type. Raises ValueError where it is no JSON."""
    if isinstance(kind, OptionalType):
        return None if text == "null" else value_of(text, kind.item)
    if kind == STR or (isinstance(kind, UnionType) and literal_kind(kind) == STR):
        return text
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
