"""Who asks: API keys, compared in constant time, and the part of the prefix cache that each of them has."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .refusal import Refusal

ADMIN = "admin"
_SHORTEST = 16


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `namespace` names the part of the cache that is theirs; nobody else's prefixes are seen there."""

    name: str = ""
    namespace: str = ""
    is_admin: bool = True


@dataclass(frozen=True, slots=True)
class Key:
    """A name and the secret that goes with it."""

    name: str
    secret: str


class Keys:
    """The keys of a server; none let everyone in."""

    def __init__(self, keys: Sequence[Key] = ()) -> None:
        self._digests = [(key, _digest(key.secret)) for key in keys]

    def __bool__(self) -> bool:
        return bool(self._digests)

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Who has sent a request. Raises Refusal (401)."""
        if not self._digests:
            return Caller()
        given = _digest(_given(headers))
        found = [key for key, digest in self._digests if hmac.compare_digest(given, digest)]
        if not found:
            raise Refusal(
                401,
                "invalid_api_key",
                "the API key is missing or wrong",
                "send `Authorization: Bearer KEY`",
            )
        return self._known(found[0])

    def _known(self, key: Key) -> Caller:
        namespace = hashlib.blake2b(key.name.encode(), digest_size=8).hexdigest()
        return Caller(key.name, namespace, key.name == ADMIN or len(self._digests) == 1)


def read_keys(text: str, where: str) -> Keys:
    """Keys from lines of `NAME KEY`; empty lines and those with `#` are skipped. Raises ValueError."""
    found: list[Key] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2:
            raise ValueError(f"{where}:{number}: a line is a name and a key")
        found.append(Key(*words))
    return checked(found, where)


def checked(keys: Sequence[Key], where: str) -> Keys:
    """Keys that tell callers apart and can't be guessed. Raises ValueError."""
    if not keys:
        raise ValueError(f"{where} holds no key")
    for what in ([key.name for key in keys], [key.secret for key in keys]):
        if len(set(what)) < len(what):
            raise ValueError(f"{where}: names and keys must differ from each other")
    if any(len(key.secret) < _SHORTEST for key in keys):
        raise ValueError(f"{where}: a key has at least {_SHORTEST} characters")
    return Keys(keys)


def read_key_file(path: Path) -> Keys:
    """Keys from a file. Raises OSError, ValueError."""
    return read_keys(path.read_text(encoding="utf-8"), f"`{path}`")


def _given(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")


def _digest(secret: str) -> bytes:
    """Of equal length whatever the secret, so that comparing tells nothing of that either."""
    return hashlib.blake2b(secret.encode("utf-8", "replace")).digest()
