"""Credentials in text that is shown or written: passwords and keys in addresses, and tokens of headers.

What a message, a trace or a crash report says goes through `without_secrets`.
"""

from __future__ import annotations

import re

_SHOWN = "***"
_USER = re.compile(r"(?<=://)[^\s/?#\"'`]*@")
_QUERY = re.compile(
    r"([?&;][\w.-]*(?:key|token|secret|password|passwd|pwd|signature|sig|auth|credential)[\w.-]*=)[^\s&;#\"'`]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(\bBearer\s+|\bBasic\s+|\bsk-)[\w.~+/=-]{8,}", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """The text with every credential that it holds replaced by `***`."""
    if "://" not in text and "earer" not in text and "asic" not in text and "sk-" not in text:
        return text
    text = _USER.sub(_SHOWN + "@", text)
    text = _QUERY.sub(rf"\g<1>{_SHOWN}", text)
    return _BEARER.sub(rf"\g<1>{_SHOWN}", text)
