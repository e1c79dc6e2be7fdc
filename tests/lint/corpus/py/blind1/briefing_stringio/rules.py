"""Rule books on disk, one folder each."""
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent / "rulebooks"


class RuleBook(NamedTuple):
    body: str
    vocabulary: str


@lru_cache(maxsize=None)
def load_rules(name: str) -> RuleBook:
    folder = ROOT / name
    return RuleBook((folder / "body.md").read_text(), (folder / "vocabulary.md").read_text())
