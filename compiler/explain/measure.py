"""What a run did, beside what was predicted: measured calls, the four worlds, and the cause of every difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ...runtime.plan.schema import Plan
from ...runtime.trace.records import CallRecord, Trace
from ...runtime.trace.worlds import Worlds, worlds
from . import report as r

SEARCHED = 2_000
"""So many requests, the first of a run, are searched for the source of tokens that nobody predicted."""
NAMES = ("stateless", "prefix cache alone", "compiled", "lower bound")


def predicted_worlds(trace: Trace, rows: int) -> list[r.World]:
    """The four worlds as the mock backend's exact account of the same calls predicts them."""
    return [
        r.World(name, predicted=n)
        for name, n in zip(NAMES, _numbers(worlds(trace.requests)), strict=True)
    ]


def with_predicted(report: r.Report, trace: Trace, rows: int) -> r.Report:
    """The report with the worlds of rows that were run on the mock backend."""
    guessed = r.World("speculative", predicted=worlds(trace.requests).speculative)
    return msgspec.structs.replace(
        report, worlds=predicted_worlds(trace, rows), rows=rows, speculative=guessed
    )


def with_measured(report: r.Report, trace: Trace, rows: int, backend: str, plan: Plan) -> r.Report:
    """The report with what a run measured. Predictions that it holds already stay."""
    found = worlds(trace.requests)
    numbers = _numbers(found)
    guessed = r.World(
        "speculative", report.speculative and report.speculative.predicted, found.speculative
    )
    before = {world.name: world.predicted for world in report.worlds}
    both = [
        r.World(name, before.get(name), number) for name, number in zip(NAMES, numbers, strict=True)
    ]
    earlier = Earlier(trace.requests)
    calls = [_measured(record, plan, earlier) for record in _in_order(trace.calls)]
    return msgspec.structs.replace(
        report, worlds=both, rows=rows, measured=calls, backend=backend, speculative=guessed
    )


def _numbers(found: Worlds) -> tuple[int, int, int, int]:
    return (found.stateless, found.cache_alone, found.compiled, found.lower_bound)


def _in_order(calls: Sequence[CallRecord]) -> list[CallRecord]:
    return sorted(calls, key=lambda call: (call.row, call.started))


def _measured(record: CallRecord, plan: Plan, earlier: Earlier) -> r.Measured:
    return r.Measured(
        row=record.row,
        family=record.family,
        name=record.name or f"call {record.site}",
        path="/".join(record.path),
        prompt=len(record.prompt),
        predicted=record.predicted_cached,
        cached=record.cached,
        prefilled=record.prefilled,
        replayed=record.replayed,
        generated=sum(map(len, record.outputs)),
        queue_ms=record.queue_s * 1e3,
        prefill_ms=record.prefill_s * 1e3,
        decode_ms=record.decode_s * 1e3,
        cause=cause(record, plan, earlier),
    )


class Earlier:
    """The requests of a run, to say whose tokens a call found beyond its prediction."""

    def __init__(self, requests: Iterable[CallRecord] = ()) -> None:
        self._requests = sorted(requests, key=lambda each: each.started)[:SEARCHED]

    def source(self, record: CallRecord) -> str:
        """Whose tokens they were: a request of the same row before all, then another row, then an earlier run."""
        begin = tuple(record.prompt[: record.cached])
        found = [q for q in self._requests if q is not record and _has(q, begin)]
        own = next((q for q in found if q.row == record.row and q.started <= record.started), None)
        if own is not None and own.speculative and not own.is_call:
            return "warmed as a guess"
        if own is not None:
            name = own.name or (f"call {own.site}" if own.site else "what was sent ahead")
            return f"equal values by chance: this prompt begins as one of `{name}` does"
        other = next((q for q in found if q.row != record.row), None)
        return f"left by row {other.row}" if other is not None else "left by an earlier run"


def _has(request: CallRecord, begin: tuple[int, ...]) -> bool:
    """Whether a request computed all of `begin`."""
    if tuple(request.prompt[: len(begin)]) == begin:
        return True
    said = [*request.outputs, *request.choices]
    return any((*request.prompt, *ids)[: len(begin)] == begin for ids in said)


def cause(record: CallRecord, plan: Plan, earlier: Earlier | None = None) -> str:
    """Why the cached prefix of a call does not end where it was predicted; empty when it does."""
    if record.error is not None:
        return f"failed: {record.error.code}"
    predicted = record.predicted_cached
    if predicted is None:
        return "template: the conversation is rendered whole" if plan.target.whole_render else ""
    if record.cached > predicted:
        source = (earlier or Earlier()).source(record)
        return f"extra: {record.cached - predicted} tokens, {source}"
    if record.cached == predicted:
        return ""
    missing = predicted - record.cached
    if record.cached and record.cached % 16 == 0 and missing < 16:
        return f"page rounding: {missing} tokens short of a whole page"
    if record.replayed:
        return "replayed: the whole prompt was there, its last position was computed again"
    if record.cached == 0:
        return f"eviction: nothing of {predicted} tokens was there any more"
    return f"eviction or seam: {missing} tokens were not there"
