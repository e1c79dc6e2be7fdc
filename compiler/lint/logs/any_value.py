"""Values as OpenTelemetry's collectors write them, each in a box that names its type, made plain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Any
_SCALARS = ("stringValue", "boolValue", "doubleValue", "bytesValue")


def plain(value: Json) -> Json:
    """A value without its boxes."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((kind, held),) = value.items()
    if kind in _SCALARS:
        return held
    if kind == "intValue":
        return (
            int(held) if isinstance(held, int | str) and str(held).lstrip("-").isdigit() else held
        )
    if kind == "arrayValue" and isinstance(held, dict):
        return [plain(each) for each in held.get("values") or []]
    if kind == "kvlistValue" and isinstance(held, dict):
        return _pairs(held.get("values"))
    return value


def attributes_of(record: Mapping[str, Json]) -> dict[str, Json]:
    """The attributes of a span, an event or a record, as an object or as pairs."""
    held = record.get("attributes")
    return held if isinstance(held, dict) else _pairs(held)


def _pairs(held: Json) -> dict[str, Json]:
    pairs = held if isinstance(held, list) else []
    return {str(p.get("key")): plain(p.get("value")) for p in pairs if isinstance(p, dict)}
