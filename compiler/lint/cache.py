"""The cache of lint: what readers found for exactly these files and settings, kept below the user's cache folder.

The key is a digest of all names and texts, of the settings that readers see, and of lint's own code. A cache that
can't be read or written is no cache: nothing depends on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec

from ..console.knobs import CACHE
from .config import Config
from .finding import Reading
from .inputs import InputFile

KEPT = 40
"""Entries that are kept; the oldest go."""


def key_of(files: Sequence[InputFile], config: Config) -> str:
    """Names a run."""
    digest = blake2b(digest_size=16)
    for part in (
        _code_digest(),
        config.target,
        config.model,
        repr(sorted(config.sources.items())),
        repr(config.sinks),
    ):
        digest.update(part.encode() + b"\0")
    for file in files:
        digest.update(file.name.encode(errors="replace") + b"\0" + file.kind.encode() + b"\0")
        digest.update(file.text.encode(errors="surrogateescape") + b"\0")
    return digest.hexdigest()


def _code_digest() -> str:
    """Changes with every change of lint itself."""
    here = Path(__file__).resolve().parent
    known = [
        (str(p), s.st_size, s.st_mtime_ns) for p in sorted(here.rglob("*.py")) for s in [p.stat()]
    ]
    return blake2b(repr(known).encode(), digest_size=8).hexdigest()


def _folder() -> Path:
    return Path(CACHE.read()).expanduser() / "sglc" / "lint"


def held(key: str) -> Reading | None:
    """What was found before, or None."""
    try:
        return msgspec.json.decode((_folder() / f"{key}.json").read_bytes(), type=Reading)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def keep(key: str, reading: Reading) -> None:
    """Keep what was found."""
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        entries = sorted(folder.glob("*.json"), key=lambda p: p.stat().st_mtime)
        for old in entries[: max(len(entries) - KEPT + 1, 0)]:
            old.unlink(missing_ok=True)
        (folder / f"{key}.json").write_bytes(msgspec.json.encode(reading))
    except (OSError, UnicodeError, TypeError):
        return
