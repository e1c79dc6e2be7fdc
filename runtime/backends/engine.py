"""The embedded engine as a backend: a model in this process, served from its own thread.

backend = EngineBackend(model_path="models/llama", kv_cache_tokens=50_000)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ...ir.sampling import Constraint
from ..backend import (
    Abandoned,
    BackendError,
    Capabilities,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectReply,
    SelectRequest,
    Usage,
)
from ..engine.foresight import weights_ahead

if TYPE_CHECKING:
    from ..engine.engine import Engine
    from ..engine.grammar.protocol import Matcher
    from ..engine.metrics import Metrics
    from ..engine.requests import Done, Request


class EngineBackend:
    """Implements the backend protocol over an `Engine`. Options are the fields of `EngineOptions`."""

    name = "engine"

    def __init__(self, model_path: str | Path | None = None, **options: Any) -> None:
        with weights_ahead(model_path, options) as ahead:  # before torch is imported
            from ..engine.door import Door
            from ..engine.options import EngineOptions, build_engine

            self.options = EngineOptions(model_path=model_path, **options)
            self.engine: Engine = build_engine(self.options, ahead)
        shape, capacity = self.engine.parts.model.shape, self.engine.parts.pool.capacity
        self._door = Door(shape.vocab, shape.max_context, capacity)
        self._is_open = True
        self.engine.start()

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: everything but images."""
        return Capabilities(max_context=self._door.context, retention=True)

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt, once per seed."""
        from ..engine.generation import GenJob
        from ..engine.grammar.endless import to_the_end
        from ..engine.grammar.in_time import in_time
        from ..engine.grammar.unforced import decoded_as_asked

        self._check_open()
        request = self._door.generation(request)
        parts = self.engine.parts
        make = in_time(await self._compile(request.constraint))
        make = decoded_as_asked(make, request.constraint)
        if request.sampling.ignore_eos:
            make = to_the_end(make, parts.tokenizer.eos_ids, parts.model.shape.vocab)
        return await self._serve(lambda done: GenJob(request, parts.tokenizer, make, done))

    async def prepare(self, constraint: Constraint, seconds: float | None = None) -> None:
        """Compile a constraint ahead of the call that has it. Raises BackendError.

        `seconds`: at most so long, after a trial in a process of its own, of which nothing is left then.
        """
        if seconds is not None:
            await self._try(constraint, seconds)
        await self._compile(constraint)

    async def _try(self, constraint: Constraint, seconds: float) -> None:
        from ..engine.grammar.protocol import ConstraintUnusable

        try:
            await self.engine.parts.grammar.compile_on_trial(constraint, seconds)
        except ConstraintUnusable as error:
            raise BackendError("3102", str(error), error.help) from error

    async def select(self, request: SelectRequest) -> SelectReply:
        """Score choices in one extend."""
        from ..engine.selection import SelectJob

        return await self._serve(partial(SelectJob, self._door.selection(request)))

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Compute the keys and values of a prompt."""
        from ..engine.requests import PrefillJob

        request = self._door.prefill(request)
        if not request.ids:
            return Usage()
        return await self._serve(partial(PrefillJob, request))

    def hint(self, hint: Retain | Release) -> None:
        """What is released is evicted first, what is claimed or pinned last."""
        try:
            self._door.check_ids(hint.ids)
        except BackendError:
            return  # no prompt of this model: there is nothing to keep
        self.engine.hint(hint)

    def flush(self) -> None:
        """Forget all KV that no request holds."""
        self.engine.flush()

    def metrics(self) -> Metrics:
        """What was done so far: tokens by origin, latencies, where the time went, why prefixes missed."""
        return self.engine.metrics()

    async def close(self) -> None:
        """Stop the engine; pending requests fail with 3106."""
        if self._is_open:
            self._is_open = False
            await asyncio.get_running_loop().run_in_executor(None, self.engine.close)

    def _check_open(self) -> None:
        over = self.engine.over
        if over is not None:
            raise over
        if not self._is_open:
            raise BackendError("3106", "the engine is closed")

    async def _compile(self, constraint: Constraint | None) -> Callable[[], Matcher] | None:
        """Compile a constraint off the loop and off the engine's thread."""
        if constraint is None:
            return None
        from ..engine.grammar.protocol import ConstraintUnusable

        compile = self.engine.parts.grammar.compile
        try:
            return await asyncio.get_running_loop().run_in_executor(None, compile, constraint)
        except ConstraintUnusable as error:
            raise BackendError("3102", str(error), error.help) from error

    async def _serve(self, make: Callable[[Done], Request]) -> Any:
        """Send a job to the engine and wait; when the waiter is cancelled, the job is aborted."""
        self._check_open()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        job = make(cast("Done", partial(_tell, loop, future)))
        self.engine.submit(job)
        try:
            return await future
        except asyncio.CancelledError:
            raise Abandoned(job.work.usage()) from None
        finally:
            if not future.done() or future.cancelled():
                self.engine.abort(job)


def _tell(
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[Any],
    reply: Any,
    error: BaseException | None,
) -> None:
    """Hand an end from the engine's thread to the caller's loop, which may be gone."""
    try:
        loop.call_soon_threadsafe(_resolve, future, reply, error)
    except RuntimeError:
        pass


def _resolve(future: asyncio.Future[Any], reply: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(reply)
    else:
        future.set_exception(error)
