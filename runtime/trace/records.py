"""The trace of a run: one record per call, with what was asked, what came back, and the work.

Written by the executor as JSON lines (`.trace.jsonl`), read by `explain --analyze`, by `worlds.py` and by
the tests that compute the lower bound. Reading is strict: a trace that is not one is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from ..plan.errors import ErrorRecord, RunError
from ..plan.schema import SourceSpan, Struct

TRACE_VERSION = 1


class Header(Struct, frozen=True, tag="trace"):
    """The first line: what was run."""

    version: int
    plan: str
    program: str
    backend: str
    seed: int
    approximate: bool = False


class CallRecord(Struct, frozen=True, tag="call"):
    """One request to the backend.

    `prompt_text` and `choice_texts` are what the ids stand for, in a trace that is written for people.
    `path`: programs and sites that lead to it; `indices`: loop and arm indices around it. `outputs` is what
    was sampled, `kept` what stayed in the prompt, one per sample, as `finish` and `matched` (the stop
    string, pattern or token on which it ended) are; `fed` is how many ids of each have KV (empty: all but
    the last). For a select, `choices` are the ids
    of each choice and `chosen` is the one that joined the prompt. `predicted_cached` is the token count
    at `predicted_node` (none: the plan makes no prediction). `speculative`: nobody may need it.
    """

    kind: Literal["gen", "select", "prefill"]
    row: int
    path: list[str]
    family: int
    site: str
    indices: list[int]
    name: str
    prompt: list[int]
    prompt_text: str = ""
    choice_texts: list[str] = []
    node: int = -1
    outputs: list[list[int]] = []
    kept: list[list[int]] = []
    fed: list[int] = []
    texts: list[str] = []
    finish: list[str] = []
    matched: list[str | int | None] = []
    logprobs: list[list[float]] = []
    top_logprobs: list[list[list[tuple[int, float]]]] = []
    choices: list[list[int]] = []
    chosen: int = -1
    scores: list[float] = []
    unconditional: list[int] | None = None
    sampling: dict[str, Any] = {}
    constraint: list[str] | None = None
    seeds: list[int] = []
    predicted_node: int | None = None
    predicted_cached: int | None = None
    cached: int = 0
    prefilled: int = 0
    replayed: int = 0
    decoded: int = 0
    forced: int = 0
    queue_s: float = 0.0
    prefill_s: float = 0.0
    decode_s: float = 0.0
    ttft_s: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    error: ErrorRecord | None = None
    speculative: bool = False
    group: int | None = None

    @property
    def with_kv(self) -> list[list[int]]:
        """Of each output the ids that have KV."""
        if not self.fed:
            return [output[:-1] for output in self.outputs]
        return [output[:fed] for output, fed in zip(self.outputs, self.fed, strict=True)]

    @property
    def is_call(self) -> bool:
        """Whether the program asked for it (a prefill is ours)."""
        return self.kind != "prefill"

    @property
    def extra(self) -> int:
        """Tokens cached beyond the prediction: left by other rows or runs, or equal by chance."""
        return max(0, self.cached - (self.predicted_cached or 0))


def with_texts(call: CallRecord, decode: Callable[[Iterable[int]], str]) -> CallRecord:
    """The record with the texts that its ids stand for, for people to read."""
    return msgspec.structs.replace(
        call,
        prompt_text=decode(call.prompt),
        choice_texts=[decode(choice) for choice in call.choices],
    )


class HostRecord(Struct, frozen=True, tag="host"):
    """One host call."""

    row: int
    extern: str
    started: float
    ended: float
    key: str = ""
    error: ErrorRecord | None = None


class Note(Struct, frozen=True, tag="note"):
    """Something worth knowing that is no error: a loop that ended at its limit."""

    row: int
    code: str
    message: str
    span: SourceSpan | None = None


class Speculated(Struct, frozen=True, tag="speculated"):
    """One assistant turn whose `gens` were asked in one call of a chat API.

    `tries` calls were made; `matched` says whether the last went as the turn does; `saved` are the prompt
    tokens of the calls that were not made.
    """

    row: int
    gens: int
    tries: int
    matched: bool
    saved: int


Record = Header | CallRecord | HostRecord | Note | Speculated


class Sink(Protocol):
    """Where records go."""

    def add(self, record: Record) -> None:
        """Take one record. Called from the event loop only."""
        ...


class Trace:
    """All records of a run in memory, in the order in which they ended."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.records: list[Record] = list(records)

    def add(self, record: Record) -> None:
        """Append one record."""
        self.records.append(record)

    @property
    def calls(self) -> tuple[CallRecord, ...]:
        """The requests that the program asked for."""
        return tuple(r for r in self.requests if r.is_call)

    @property
    def requests(self) -> tuple[CallRecord, ...]:
        """All requests, prefills included."""
        return tuple(r for r in self.records if isinstance(r, CallRecord))

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes."""
        return tuple(r for r in self.records if isinstance(r, Note))

    @property
    def speculated(self) -> tuple[Speculated, ...]:
        """The turns that were asked in one call."""
        return tuple(r for r in self.records if isinstance(r, Speculated))

    @property
    def totals(self) -> Totals:
        """The sums over all requests."""
        return total(self.requests)


class TextSink(Protocol):
    """Where a trace is written: a text file, or what does as much of one."""

    def write(self, text: str, /) -> object:
        """Write some text."""
        ...


class TraceWriter:
    """Writes records to a file as they come; also keeps nothing."""

    def __init__(self, stream: TextSink, header: Header | None = None) -> None:
        self._stream = stream
        if header is not None:
            self.add(header)

    def add(self, record: Record) -> None:
        """Write one line."""
        self._stream.write(msgspec.json.encode(record).decode() + "\n")


class Tee:
    """Hands every record to several sinks."""

    def __init__(self, *sinks: Sink) -> None:
        self._sinks = sinks

    def add(self, record: Record) -> None:
        """Hand it on."""
        for sink in self._sinks:
            sink.add(record)


class Totals(Struct, frozen=True):
    """Sums over requests, in tokens. `generated` counts every sampled token."""

    calls: int = 0
    prompt: int = 0
    cached: int = 0
    prefilled: int = 0
    replayed: int = 0
    decoded: int = 0
    forced: int = 0
    generated: int = 0
    speculative: int = 0
    failed: int = 0


def total(requests: Iterable[CallRecord]) -> Totals:
    """Add up. `prompt` and `cached` are of calls; the work is of all requests."""
    found = list(requests)
    calls = [r for r in found if r.is_call]
    return Totals(
        calls=len(calls),
        prompt=sum(len(r.prompt) for r in calls),
        cached=sum(r.cached for r in calls),
        prefilled=sum(r.prefilled for r in found),
        replayed=sum(r.replayed for r in found),
        decoded=sum(r.decoded for r in found),
        forced=sum(r.forced for r in found),
        generated=sum(len(ids) for r in calls for ids in r.outputs),
        speculative=sum(r.prefilled for r in found if r.speculative),
        failed=sum(r.error is not None for r in calls),
    )


_DECODER = msgspec.json.Decoder(Record)


def read_trace(path: Path) -> Trace:
    """Read a whole trace file. Raises RunError (SGL3005) with the line that is wrong."""
    with path.open(encoding="utf-8") as lines:
        return Trace(_read_lines(path, lines))


def _read_lines(path: Path, lines: Iterable[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, start=1):
        try:
            record = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise RunError("SGL3005", f"{path}:{number}: not a trace record: {error}") from None
        if (number == 1) != isinstance(record, Header):
            raise RunError("SGL3005", f"{path}:{number}: a trace starts with one header line")
        if isinstance(record, Header) and record.version != TRACE_VERSION:
            raise RunError(
                "SGL3005", f"{path}: trace version {record.version} is not {TRACE_VERSION}"
            )
        yield record
