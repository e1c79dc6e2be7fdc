"""How long a text is in tokens: by a tokenizer where one is at hand, else about a quarter of its bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts tokens. `is_exact` is False for the estimate, and reports then say "about"; `ids` needs a tokenizer."""

    count: Callable[[str], int]
    is_exact: bool
    name: str
    ids: Callable[[str], Sequence[int]] | None = None


def _estimate(text: str) -> int:
    return (len(text.encode(errors="replace")) + 3) // 4


ESTIMATE = Counter(_estimate, False, "an estimate of four bytes a token")


def counter_of(folder: Path | None) -> Counter:
    """The counter of a model folder's tokenizer, or the estimate. Raises ValueError."""
    if folder is None:
        return ESTIMATE
    import tokenizers

    file = folder if folder.is_file() else folder / "tokenizer.json"
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing more precise
        raise ValueError(str(error)) from error

    def ids(text: str) -> Sequence[int]:
        return tokenizer.encode(text).ids

    return Counter(lambda text: len(ids(text)), True, str(file), ids)
