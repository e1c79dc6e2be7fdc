"""What a run tells while it goes on: calls that begin, text as it comes, each named value, the result or the error."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

from ....ir.constrained.shape import parse_output
from ....ir.types import parse_type
from ...executor.streaming import Delta
from ...plan.schema import Plan
from ...trace.records import CallRecord, Record


class Told(NamedTuple):
    """One event: its kind, and what it says."""

    kind: str
    data: dict[str, Any]


class Telling:
    """Listens to one run, as its listener and its sink, and hands its events on in order.

    A call has a number from its beginning on; its text comes by that number, and so does its value.
    """

    def __init__(self, plan: Plan) -> None:
        self._families = {(family.program, family.site): family for family in plan.families}
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._valued = set[tuple[Any, ...]]()
        self._count = 0
        self.error: Exception | None = None
        self.events = asyncio.Queue[Told | None]()

    def hear(self, delta: Delta) -> None:
        """Take streamed text. Called on the loop."""
        key = (delta.path, delta.site, delta.indices)
        if delta.before is not None:
            self._numbers[key] = self._count
            self._valued.discard(key)
            self._tell("call", self._called(delta))
            self._count += 1
        elif delta.text and key not in self._valued:
            self._tell(
                "text", {"call": self._numbers.get(key), "sample": delta.sample, "text": delta.text}
            )

    def add(self, record: Record) -> None:
        """Take a record of the trace. Called on the loop."""
        if isinstance(record, CallRecord) and record.is_call and record.error is None:
            key = (tuple(record.path), record.site, tuple(record.indices))
            self._valued.add(key)
            self._tell("value", {"call": self._numbers.get(key), **_said(record)})

    def end(self, kind: str, data: dict[str, Any], error: Exception | None = None) -> None:
        """The run is over: its result, or its error."""
        self.error = error
        self._tell(kind, data)
        self.events.put_nowait(None)

    def _called(self, delta: Delta) -> dict[str, Any]:
        program = delta.path[-1] if delta.path else ""
        family = self._families.get((program, delta.site))
        return {
            "call": self._count,
            "name": delta.name,
            "program": program,
            "indices": list(delta.indices),
            "family": family.id if family else None,
            "node": family.out_node if family else None,
        }

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        self.events.put_nowait(Told(kind, data))


def _said(record: CallRecord) -> dict[str, Any]:
    values = [_value(text, record.constraint) for text in record.texts]
    samples = record.kind == "gen" and record.sampling.get("n") is not None
    return {
        "name": record.name,
        "indices": record.indices,
        "value": values if samples else (values[0] if values else None),
        "finish": record.finish,
        "prompt_tokens": len(record.prompt),
        "cached_tokens": record.cached,
        "predicted_cached_tokens": record.predicted_cached,
        "completion_tokens": sum(map(len, record.outputs)),
        "seconds": round(record.ended - record.started, 4),
    }


def _value(text: str, constraint: list[str] | None) -> Any:
    """What a text says; a text that is not of its type stays one."""
    try:
        match constraint:
            case ["type", kind, *_]:
                return parse_output(parse_type(kind), text)
            case ["json", *_]:
                return json.loads(text)
            case _:
                return text
    except ValueError:
        return text
