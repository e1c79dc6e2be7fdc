"""Bodies held to the types of the official clients: a value of another type, or a name that they don't know, fails."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter


class Official:
    """The parameters of one call, as a client's package declares them."""

    def __init__(self, kind: Any, extra: frozenset[str] = frozenset()) -> None:
        self._adapter, self._extra = TypeAdapter(kind), extra

    def check(self, body: dict[str, Any]) -> None:
        """Fail for anything that the types do not say; `extra` are names beyond them."""
        own = {name: value for name, value in body.items() if name not in self._extra}
        known = self._adapter.dump_python(self._adapter.validate_python(own, strict=False))
        assert _plain(known) == own  # what the types don't know is dropped by them


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, str | bytes | int | float | bool) or value is None:
        return value
    return [_plain(each) for each in value]
