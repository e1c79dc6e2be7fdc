"""Bytes of an answer as data of a known shape: what is not JSON, or not as expected, is an error and never a value."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from ..backend import BackendError
from ..plan.nesting import is_too_deep

T = TypeVar("T")


def decoded(data: bytes, kind: type[T], who: str) -> T:
    """The answer of `who`, as what `kind` says. Raises BackendError (3105)."""
    if not data.strip():
        raise BackendError("3105", f"{who} answered with nothing")
    if is_too_deep(data):
        raise BackendError("3105", f"{who} answered with JSON that is nested too deeply")
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise BackendError(
            "3105", f"{who} answered with something else than its API says: {error}"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BackendError(
            "3105", f"{who} answered with something that is not JSON: {error}"
        ) from None


def loosely(data: bytes) -> Any:
    """The content of a refusal: JSON, or the beginning of its text."""
    try:
        if is_too_deep(data):
            return None
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {"error": data[:200].decode("utf-8", "replace").strip()}
