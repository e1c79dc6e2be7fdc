"""Compiled Python programs: lowered and planned once, and run through the executor of plans."""

from __future__ import annotations

import concurrent.futures
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...ir.constrained.calls import BEFORE
from ...ir.diagnostic import Diagnostic
from ...ir.target import Tokenizer
from ...ir.types import ANY, BOOL, FLOAT, INT, NONE, STR, ListType, RecordType, Type
from ...lang.python.lowered import PROMPT_FIELD, RETURN_FIELD, Lowered
from ...runtime.executor.concurrency import run_together
from ...runtime.executor.executor import Executor
from ...runtime.executor.instance import RunPiece
from ...runtime.executor.prompts import PromptState
from ...runtime.executor.streaming import Delta
from ...runtime.plan.errors import RunError
from ...runtime.trace.records import CallRecord, Record, Trace
from ..driver.compilation import Build
from .endpoints import Endpoint
from .strand import Strand
from .streams import TextStream
from .variables import Variables

_BIG = 2**53
"""Ints from here on are Python's alone: the IR's have 64 bits, and sums of them are to fit, too."""


@dataclass(frozen=True)
class Compiled:
    """A function that was compiled for one target and one set of argument types."""

    lowered: Lowered
    build: Build

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that was said on the way."""
        return (*self.lowered.diagnostics, *self.build.warnings)


@dataclass
class CompiledRun:
    """One instance of a compiled program, under way or over."""

    thaw_from: Callable[[PromptState | None], Strand]
    show: Callable[[PromptState], str] = lambda prompt: prompt.text
    variables: Variables = field(default_factory=Variables)
    stream: TextStream = field(default_factory=TextStream)
    trace: Trace = field(default_factory=Trace)
    schemas: Mapping[str, type] = field(default_factory=dict)
    tokenizer: Tokenizer | None = None
    returned: Any = None
    error: BaseException | None = None
    _prompt: PromptState | None = None
    _shown: str = ""
    _heard: set[str] = field(default_factory=set)
    _speaking: tuple[Any, ...] | None = None
    over: concurrent.futures.Future[None] = field(default_factory=concurrent.futures.Future)

    def sync(self) -> None:
        """Wait for the end."""
        concurrent.futures.wait([self.over])

    def prompt(self) -> PromptState | None:
        """The final prompt, after the end."""
        return self._prompt

    def text(self) -> str:
        """The final prompt as text, after the end."""
        return self.show(self._prompt) if self._prompt else ""

    def thaw(self) -> Strand:
        """A strand in direct mode that goes on from the final prompt."""
        self.sync()
        return self.thaw_from(self._prompt)

    def add(self, record: Record) -> None:
        """Take a record of this instance."""
        self.trace.add(record)

    def hear(self, delta: Delta) -> None:
        """Take streamed text of this instance."""
        call = (delta.path, delta.site, delta.indices)
        if delta.before is not None and delta.is_main and self._speaking is None:
            self._show(delta.before)
            self._speaking = call
        is_main = call == self._speaking
        if delta.text and delta.sample == 0:
            self.stream.write(delta.text, delta.name, is_main, delta.call)
            self._heard.add(delta.name)
            self._shown += delta.text if is_main else ""
        if delta.done and is_main:
            self._speaking = None
        if delta.done and delta.sample == 0:
            self.stream.end(delta.name, is_main, delta.call)

    def _show(self, text: str) -> None:
        """Stream what the program has appended since."""
        if text.startswith(self._shown):
            self.stream.write(text[len(self._shown) :])
            self._shown = text

    def finish(self, result: Mapping[str, Any]) -> None:
        """The instance ended well."""
        self._prompt = result.get(PROMPT_FIELD)
        self.returned = result.get(RETURN_FIELD)
        calls = _last_calls(self.trace)
        for name, value in result.items():
            if value is not None and name not in (PROMPT_FIELD, RETURN_FIELD):
                self._bind(name, value, calls.get(name))
        self._show(self.text())
        self._end()

    def fail(self, error: BaseException) -> None:
        """The instance ended with an error."""
        self.error = error
        self._end()

    def _bind(self, name: str, value: Any, call: CallRecord | None) -> None:
        self.variables.bind(name, value, call)
        self.variables.get(name).schema = self.schemas.get(name)
        if name not in self._heard and isinstance(value, str):
            self.stream.write(value, name, is_main=False, call=call)

    def _end(self) -> None:
        self.stream.close(self.error)
        self.over.set_result(None)


async def run_compiled(
    compiled: Compiled,
    endpoint: Endpoint,
    rows: Mapping[int, tuple[Mapping[str, Any], CompiledRun]],
    *,
    run_seed: int | None,
    run_piece: RunPiece,
    is_streaming: bool = False,
    watch: Callable[[Record], None] | None = None,
    on_end: Callable[[int], None] | None = None,
) -> None:
    """Run instances at once on the endpoint's loop; each ends in its own `CompiledRun`. Raises nothing."""
    sink = _Rows({row: run for row, (_, run) in rows.items()}, watch)
    listener = (lambda delta: rows[delta.row][1].hear(delta)) if is_streaming else None
    try:
        executor = Executor(
            compiled.build.plan,
            backend=endpoint.backend,
            target=endpoint.target,
            hosts=compiled.lowered.hosts,
            run_seed=secrets.randbits(62) if run_seed is None else run_seed,
            trace=sink,
            listener=listener,
            run_piece=run_piece,
        )
    except RunError as error:
        for _, run in rows.values():
            run.fail(error)
        return
    with executor:
        await _run_all(executor, compiled.build.plan.entry, rows, on_end)


async def _run_all(
    executor: Executor,
    entry: str,
    rows: Mapping[int, tuple[Mapping[str, Any], CompiledRun]],
    on_end: Callable[[int], None] | None,
) -> None:
    async def one(row: int, args: Mapping[str, Any], run: CompiledRun) -> None:
        try:
            run.finish(await executor.run(entry, args, row))
        except BaseException as error:
            run.fail(_own_error(error))
            if not isinstance(error, RunError):
                raise
        if on_end is not None:
            on_end(row)

    await run_together([one(row, args, run) for row, (args, run) in rows.items()])


def _last_calls(trace: Trace) -> Mapping[str, CallRecord]:
    """The last call behind each name; where a model may call tools, what it said in place of a call is one."""
    found: dict[str, CallRecord] = {}
    for call in reversed(trace.calls):
        found.setdefault(call.name, call)
        if call.name.endswith(BEFORE):
            found.setdefault(call.name.removesuffix(BEFORE), call)
    return found


def _own_error(error: BaseException) -> BaseException:
    """The exception of the user's own code when that is what ended the run, with the place noted."""
    if isinstance(error, RunError) and error.code == "SGL3502" and error.__cause__ is not None:
        error.__cause__.add_note(str(error))
        return error.__cause__
    return error if isinstance(error, RunError) else RunError("SGL3606", "the run was cancelled")


class _Rows:
    """Hands each record to its instance, and to who watches the whole."""

    def __init__(
        self, runs: Mapping[int, CompiledRun], watch: Callable[[Record], None] | None
    ) -> None:
        self._runs, self._watch = runs, watch

    def add(self, record: Record) -> None:
        row = getattr(record, "row", None)
        if isinstance(row, int) and row in self._runs:
            self._runs[row].add(record)
        if self._watch is not None:
            self._watch(record)


def type_of(value: Any) -> Type:
    """The type that a program is compiled for when it is given this value.

    It is `any` for whatever Python does something else with than JSON would: tuples, subclasses (enums, too),
    numbers that are not finite or do not fit, and everything that is no JSON at all.
    """
    kind = type(value)
    if value is None:
        return NONE
    if kind in (bool, str):
        return BOOL if kind is bool else STR
    if kind is int:
        return INT if abs(value) < _BIG else ANY
    if kind is float:
        return FLOAT if math.isfinite(value) else ANY
    if kind is list:
        kinds = {type_of(item) for item in value}
        return ListType(kinds.pop()) if len(kinds) == 1 else ANY
    if kind is dict and value and all(type(k) is str and k.isidentifier() for k in value):
        return RecordType(tuple((name, type_of(item)) for name, item in value.items()))
    return ANY
