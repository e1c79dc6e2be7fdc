"""Credentials in text that is shown or written: passwords and keys in addresses, and tokens of headers.

What a message, a trace or a crash report says goes through `without_secrets`.
"""

from __future__ import annotations

import re

_SHOWN = "***"
_SCHEME = r"(\b[a-z][a-z0-9+.-]{1,30}:/{1,2})"  # a path has one slash of an address left
_USER = re.compile(_SCHEME + r"[^\s/?#\"'`]{0,1000}@", re.IGNORECASE)
_UNESCAPED = re.compile(
    _SCHEME + r"[^\s/?#\"'`@:]{1,200}:(?!\d{1,5}(?:[/?#\s\"'`]|$))[^\s\"'`]{0,1000}@", re.IGNORECASE
)
"""A name and a password with signs in it that should have been escaped; a port is no password."""
_QUERY = re.compile(
    r"([?&;#][\w.-]*(?:key|token|secret|password|passwd|pwd|signature|sig|auth|credential)[\w.-]*=)[^\s&;#\"'`]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(\bBearer\s+|\bBasic\s+|\bsk-)[\w.~+/=-]{8,}", re.IGNORECASE)
_KEY = re.compile(r"\b(AIza|hf_|gsk_|xai-|r8_|ghp_)[\w-]{8,}")
_MARKS = re.compile(r":/|bearer|basic|sk-|AIza|hf_|gsk_|xai-|r8_|ghp_", re.IGNORECASE)
"""Without one of these there is no credential: most texts have none."""


def without_secrets(text: str) -> str:
    """The text with every credential that it holds replaced by `***`."""
    if not _MARKS.search(text):
        return text
    text = _UNESCAPED.sub(rf"\g<1>{_SHOWN}@", text)
    text = _USER.sub(rf"\g<1>{_SHOWN}@", text)
    text = _QUERY.sub(rf"\g<1>{_SHOWN}", text)
    text = _BEARER.sub(rf"\g<1>{_SHOWN}", text)
    return _KEY.sub(rf"\g<1>{_SHOWN}", text)
