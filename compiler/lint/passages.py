"""Passages: values that are long by where they stand, alone between two line ends, or by their names."""

from __future__ import annotations

import re

PASSAGE_TOKENS = 200
"""What a passage counts whose text isn't known."""

_LONG = re.compile(
    r"(^|[._])(manuscript|essay|document|doc|contract|article|transcript|paper|report|draft|diff|chapter|thesis|manual"
    r"|dossier|filing|brief|corpus|code|source|page|story|proposal|case_file|application|policy)(_?text|_?body)?$"
)
"""Names of values that are long."""

_SHORT = re.compile(
    r"(^|[._])(q|questions?|query|ask|wish|request|task|instructions?|goal|topic|subject|title|names?|id|key|label"
    r"|lang(uage)?|locale|tone|role|kind|type|date|number|count|city|country|line|word|term|claim|sentence|headline)$"
)
"""Names of values that are short though they have lines of their own."""


def is_passage(name: str, is_apart: bool) -> bool:
    """Whether a value is a passage; `is_apart`: nothing else stands on its lines."""
    lowered = name.lower()
    if _LONG.search(lowered):
        return True
    return is_apart and bool(lowered) and not _SHORT.search(lowered)
