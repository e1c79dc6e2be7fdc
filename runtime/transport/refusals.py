"""What a server's answer means that is no answer: the error of its words and of its status."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from typing import Any, cast

from ..backend import BackendError, Transient

_TOO_LONG = (
    "context length",
    "too long",
    "maximum context",
    "exceeds the model",
    "longer than the model",
    "context window",
)
_BAD_CONSTRAINT = ("regex", "grammar", "json_schema", "json schema", "ebnf", "guided", "structured")
_FOR_GOOD = ("insufficient_quota", "billing", "credit balance")
"""Words of a 429 that no waiting helps."""
_LONGEST_MESSAGE = 2000


def refusal(status: int, content: Any, headers: Mapping[str, str] | None = None) -> BackendError:
    """The error that a server's answer stands for. Servers wrap their messages in several ways."""
    message = message_of(content)[:_LONGEST_MESSAGE] or f"status {status}"
    words = message.lower()
    if any(phrase in words for phrase in _TOO_LONG):
        return BackendError(
            "3101", message, "a shorter text, or a model with a longer context, fits"
        )
    if status < 500 and any(phrase in words for phrase in _BAD_CONSTRAINT):
        return BackendError(
            "3102", message, "the server's own documentation says which constraints it takes"
        )
    if status in (401, 403):
        return BackendError(
            "3105", f"the server refuses the key: {message}", "an API key can be given"
        )
    why = transience(status, headers)
    if any(phrase in json.dumps(content).lower() for phrase in _FOR_GOOD):
        why = None
    after = retry_after(headers or {}, time.time())
    return BackendError(
        "3105", f"the server answered {status}: {message}", transient=why, retry_after=after
    )


def transience(status: int, headers: Mapping[str, str] | None = None) -> Transient | None:
    """Why a refused request may succeed later; None where it would be refused again."""
    told = (headers or {}).get("x-should-retry")
    if told == "false":
        return None
    if status in (408, 504):
        return "timeout"
    if status == 429:
        return "rate limit"
    return "overloaded" if status in (409, 425) or status >= 500 or told == "true" else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """In how many seconds a server wants to be asked again: `Retry-After` as seconds or as a date."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        return seconds if 0 <= seconds < float("inf") else None
    try:
        date = email.utils.parsedate_to_datetime(headers["retry-after"])
    except (KeyError, TypeError, ValueError):
        return None
    return max(0.0, date.timestamp() - now)


_BY_KIND: dict[str, int] = {
    "rate_limit_error": 429,
    "overloaded_error": 529,
    "timeout_error": 504,
    "api_error": 500,
    "server_error": 500,
    "internal_server_error": 500,
}
"""The statuses of errors that come inside of an answer, by the kind that they name."""


def status_within(content: Any) -> int:
    """The status of an error that came in a stream, or with 200: by its code or kind, else that of a bad request."""
    fields = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    inner: Any = fields.get("error")
    error = cast("dict[str, Any]", inner) if isinstance(inner, dict) else fields
    for code in (error.get("code"), error.get("status")):
        if isinstance(code, int) and 400 <= code < 600:
            return code
        if isinstance(code, str) and code.isdecimal() and 400 <= int(code) < 600:
            return int(code)
    return _BY_KIND.get(str(error.get("type")).lower(), 400)


def message_of(content: Any) -> str:
    """The text of an error: `{"error": {"message": ...}}`, `{"error": ...}`, `{"message": ...}`, `{"detail": ...}`."""
    while isinstance(content, dict):
        fields = cast("dict[str, Any]", content)
        content = fields.get("error") or fields.get("message") or fields.get("detail")
    return content if isinstance(content, str) else "" if content is None else json.dumps(content)
