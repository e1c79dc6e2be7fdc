"""One run of a served program for one HTTP request: an executor of its own, in the caller's part of the cache."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from ...executor.concurrency import cancel_all
from ...executor.executor import Executor
from ...plan.file import plan_digest
from ..exchange import as_refusal, event
from ..line import Line
from ..service import Service
from ..spans import program_span
from .published import Published
from .telling import Telling

CALLS_IN_FLIGHT = 64


class Runner:
    """Runs one program, any number of times."""

    def __init__(self, service: Service, program: Published) -> None:
        self._service, self._program = service, program
        self._job = plan_digest(program.plan)

    async def whole(self, line: Line, args: Mapping[str, Any], seed: int | None) -> Any:
        """The result. Raises RunError, Refusal."""
        async with self._service.gate.hold(1):
            return await self._run(line, args, seed, None)

    async def events(
        self, line: Line, args: Mapping[str, Any], seed: int | None
    ) -> AsyncGenerator[bytes]:
        """The run as server-sent events; an error before the first call is raised. Raises RunError, Refusal."""
        telling = Telling(self._program.plan)
        async with self._service.gate.hold(1):
            task = asyncio.ensure_future(self._told(line, args, seed, telling))
            try:
                has_begun = False
                while (told := await telling.events.get()) is not None:
                    if telling.error is not None and not has_begun:
                        raise telling.error
                    has_begun = True
                    yield event(told.data, told.kind)
            finally:
                await cancel_all([task])

    async def _told(
        self, line: Line, args: Mapping[str, Any], seed: int | None, telling: Telling
    ) -> None:
        try:
            async with asyncio.timeout(self._service.limits.request_s):
                result = await self._run(line, args, seed, telling)
            telling.end("result", {"result": result, "usage": line.account.as_dict()})
        except Exception as error:
            telling.end("error", as_refusal(error).as_dict(), error)

    async def _run(
        self, line: Line, args: Mapping[str, Any], seed: int | None, telling: Telling | None
    ) -> Any:
        program, service = self._program, self._service
        executor = Executor(
            program.plan,
            backend=line,
            target=service.model.target,
            hosts=program.hosts,
            run_seed=secrets.randbits(62) if seed is None else seed,
            trace=telling,
            listener=telling.hear if telling else None,
            job=self._job,
            in_flight=CALLS_IN_FLIGHT,
            most_arms=service.limits.arms,
        )
        with executor, program_span(program.name):
            return program.result(
                await executor.run(program.plan.entry, {**program.defaults, **args})
            )
