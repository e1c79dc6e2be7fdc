"""Keys appear nowhere: they are taken out of all that a server says, before anything reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping

SHOWN = "***"
_SECRET_HEADERS = ("authorization", "key", "token", "secret", "cookie")
_PASSWORD = re.compile(r"^[^/]*//[^/@:]*:([^/@]*)@")
_SHORTEST = 6
"""Shorter ones are placeholders such as `none`; replacing them would garble answers."""


class Redaction:
    """What is never shown: secret headers' values, and a password inside of an address."""

    def __init__(self, headers: Mapping[str, str], url: str) -> None:
        secrets = {
            part
            for name, value in headers.items()
            if any(word in name.lower() for word in _SECRET_HEADERS)
            for part in (value, *value.split())
        }
        secrets.update(_PASSWORD.findall(url))
        long = (secret for secret in secrets if len(secret) >= _SHORTEST and secret != "Bearer")
        self._secrets = sorted(long, key=len, reverse=True)
        self.url = self(url)

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, SHOWN)
        return text

    def bytes(self, data: bytes) -> bytes:
        """The bytes without secrets."""
        for secret in self._secrets:
            data = data.replace(secret.encode(), SHOWN.encode())
        return data
