"""Request bodies as they come: bounded, not nested too deeply, and of the shape that their protocol declares."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from ..plan.nesting import is_too_deep
from .limits import Limits
from .refusal import Refusal

T = TypeVar("T")


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request body; a field that is not declared is an error, since it would not be obeyed."""


def decode(data: bytes, kind: type[T], limits: Limits) -> T:
    """The body of a request. Raises Refusal (400)."""
    if is_too_deep(data, limits.json_depth):
        raise Refusal(
            400, "too_deep", f"the body is nested more than {limits.json_depth} levels deep"
        )
    try:
        return _decoder(kind).decode(data)
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "not_json", f"the body is not JSON: {error}") from None


def encode(value: Any) -> bytes:
    """JSON, as replies are sent."""
    return _ENCODER.encode(value)


_ENCODER = msgspec.json.Encoder()


@lru_cache(maxsize=256)
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(kind)


def _misfit(message: str) -> Refusal:
    """What msgspec says, with the place as the field at fault: `Expected ... - at `$.max_tokens``."""
    what, _, place = message.partition(" - at `$")
    param = place.rstrip("`").lstrip(".") or None
    at = f"`{param}`: " if param else ""
    return Refusal(400, "invalid_type", f"{at}{what[:1].lower()}{what[1:]}", param=param)
