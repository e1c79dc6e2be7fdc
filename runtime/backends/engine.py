"""The embedded engine as a backend: a model in this process, served from its own thread.

backend = EngineBackend(model_path="models/llama", kv_cache_tokens=50_000)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ...ir.sampling import Constraint
from ..backend import (
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

if TYPE_CHECKING:
    from ..engine.engine import Engine
    from ..engine.grammar.protocol import Matcher
    from ..engine.jobs import Done, Request
    from ..engine.metrics import Metrics


class EngineBackend:
    """Implements the backend protocol over an `Engine`. Options are the fields of `EngineOptions`."""

    name = "engine"

    def __init__(self, model_path: str | Path | None = None, **options: Any) -> None:
        from ..engine.options import EngineOptions, build_engine

        self.options = EngineOptions(model_path=model_path, **options)
        self.engine: Engine = build_engine(self.options)
        self._is_open = True
        self.engine.start()

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: everything but images."""
        return Capabilities(max_context=self._max_context, retention=True)

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt, once per seed."""
        from ..engine.grammar.stepwise import decoded_as_asked
        from ..engine.jobs import GenJob

        request = self._checked(request)
        make = await self._compile(request.constraint)
        make_matcher = decoded_as_asked(make, request.constraint)
        parts = self.engine.parts
        return await self._serve(
            lambda done: GenJob(
                request,
                parts.tokenizer,
                make_matcher,
                parts.model.shape.vocab,
                parts.model.device,
                done,
            )
        )

    async def select(self, request: SelectRequest) -> SelectReply:
        """Score choices in one extend."""
        from ..engine.jobs import SelectJob

        longest = max((len(choice) for choice in request.choices), default=0)
        self._check_length(request.ids, longest)
        self._check_length(request.unconditional or (), longest)
        if not request.ids:
            raise BackendError("3107", "a choice can't be scored after an empty prompt")
        return await self._serve(partial(SelectJob, request))

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Compute the keys and values of a prompt."""
        from ..engine.jobs import PrefillJob

        self._check_length(request.ids, 0)
        if not request.ids:
            return Usage()
        return await self._serve(partial(PrefillJob, request))

    def hint(self, hint: Retain | Release) -> None:
        """What is released is evicted first, what is claimed or pinned last."""
        if self._is_open:
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

    @property
    def _max_context(self) -> int:
        return self.engine.parts.model.shape.max_context

    def _checked(self, request: GenRequest) -> GenRequest:
        """Refuse what can't fit; give a generation without a limit what the context has left."""
        limit = request.sampling.max_tokens
        self._check_length(request.ids, max(limit, 1))
        if not request.ids:
            raise BackendError(
                "3107", "an empty prompt can't be continued", "begin the prompt with some text"
            )
        if limit >= 0:
            return request
        rest = min(self._max_context, self.engine.parts.pool.capacity) - len(request.ids)
        return replace(request, sampling=request.sampling.merged(max_tokens=rest))

    def _check_length(self, ids: tuple[int, ...], more: int) -> None:
        if len(ids) + more > self._max_context:
            raise BackendError(
                "3101",
                f"{len(ids)} prompt tokens and {more} more exceed the model's context of {self._max_context}",
                "shorten the prompt, or lower `max_tokens`",
            )
        capacity = self.engine.parts.pool.capacity
        if len(ids) > capacity:
            raise BackendError(
                "3103",
                f"{len(ids)} tokens don't fit into {capacity} slots",
                "raise `kv_cache_tokens`",
            )

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
        if not self._is_open:
            raise BackendError("3106", "the engine is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        job = make(cast("Done", partial(_tell, loop, future)))
        self.engine.submit(job)
        try:
            return await future
        except asyncio.CancelledError:
            self.engine.abort(job)
            raise


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
