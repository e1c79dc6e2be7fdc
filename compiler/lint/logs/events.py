"""Records that hold one message each, as OpenTelemetry's events do: those of one span are one call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .any_value import attributes_of, plain
from .logged import Logged, time_of
from .one_form import in_one_form

Json = Any
_MESSAGE = re.compile(r"gen_ai\.(system|user|assistant|tool|developer)\.message")


def message_of(record: Mapping[str, Json]) -> dict[str, Json] | None:
    """The message that an event is about; None where it is about none."""
    known = attributes_of(record)
    names = (record.get(key) for key in ("eventName", "event_name", "event.name", "name"))
    name = next((n for n in (*names, known.get("event.name")) if isinstance(n, str) and n), "")
    match = _MESSAGE.fullmatch(name)
    if match is None:
        return None
    body = plain(record.get("body"))
    held = body if isinstance(body, dict) else {"content": body} if body else {}
    kept = {k: v for k, v in known.items() if "." not in k}
    return {"role": match[1], **kept, **held}


@dataclass(slots=True)
class _Call:
    line: int
    time: float | None
    model: str
    messages: list[dict[str, Json]] = field(default_factory=list)


class Events:
    """The messages of a log that stand in records of their own, by span."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}

    def take(self, record: Mapping[str, Json], number: int) -> bool:
        """Take a record in; whether it was such an event."""
        span = record.get("span_id") or record.get("spanId")
        message = message_of(record) if span else None
        if message is None:
            return False
        model = str(attributes_of(record).get("gen_ai.request.model") or "")
        time = time_of(record.get("timeUnixNano") or record.get("timestamp"))
        call = self._calls.setdefault(str(span), _Call(number, time, model))
        call.messages.append(message)
        return True

    def calls(self) -> Iterator[Logged]:
        """The calls whose messages were taken in."""
        for call in self._calls.values():
            body = in_one_form({"model": call.model, "messages": call.messages})
            yield Logged(body, call.line, call.time)
