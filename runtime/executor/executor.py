"""Runs plans: any number of instances on one event loop, with a bound on calls in flight.

`Executor` is what rows, servers and the Python front end share; `execute` is one instance. No thread per
instance or per fork: model calls are awaited, host functions get a small pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ...ir.target import Target
from ..backend import Backend
from ..plan.arguments import bind_arguments
from ..plan.errors import RunError
from ..plan.file import as_planned, check_target, plan_digest
from ..plan.schema import Plan
from ..trace.records import TRACE_VERSION, Header, Sink, Trace
from .capabilities import check_capabilities
from .concurrency import WeightLimit
from .control import run_program
from .hosts import check_hosts
from .instance import HOST_THREADS, Orders, Run, RunPiece, Scope
from .retention import end_claims
from .room import Room
from .streaming import Listener
from .warming import Warming

CALLS_IN_FLIGHT = 256


class Executor:
    """A plan bound to a backend, a target and host functions, ready to run instances.

    Construction checks all that can be known before the first call: tokenizer and template, host
    bindings, capabilities. `in_flight` bounds samples and choices asked for at a time, `most_arms`
    the arms of one fork; `run_piece` runs host functions that are pieces of Python. Use it as a context
    manager, or `close` it: it owns the threads of host functions.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        backend: Backend,
        target: Target,
        hosts: Mapping[str, Callable[..., Any]] | None = None,
        run_seed: int = 0,
        trace: Sink | None = None,
        listener: Listener | None = None,
        job: str = "",
        in_flight: int = CALLS_IN_FLIGHT,
        most_arms: int | None = None,
        run_piece: RunPiece | None = None,
    ) -> None:
        check_target(plan.target, target, source=plan.source)
        check_hosts(plan, hosts or {})
        check_capabilities(plan, backend)
        self._run = Run.of(
            plan,
            backend=backend,
            target=as_planned(plan.target, target),
            hosts=dict(hosts or {}),
            sink=trace if trace is not None else Trace(),
            limit=WeightLimit(in_flight),
            warming=Warming(backend.capabilities.finds_running),
            room=Room(backend.capabilities.cache),
            pool=ThreadPoolExecutor(HOST_THREADS, thread_name_prefix="sglc-host"),
            run_seed=run_seed,
            job=job or plan_digest(plan),
            listener=listener,
            most_arms=most_arms,
            run_piece=run_piece,
        )

    async def run(
        self, program: str, args: Mapping[str, Any], row: int = 0, orders: Orders | None = None
    ) -> Any:
        """Run one instance; its result. Raises RunError, nothing else, unless it is cancelled.

        `orders` are those that a batch fixed for this row, by the number of the sections.
        """
        found = self._run.program(program)
        given = bind_arguments(found, args)
        scope = Scope(row, (program,), orders=orders or {})
        try:
            with self._run.room.open(scope.guest):
                return await run_program(self._run, found, given, scope)
        except (RunError, asyncio.CancelledError):
            raise
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            raise RunError(
                "SGL3999", message, "this is a defect of sglc, please report it"
            ) from error
        finally:
            end_claims(self._run, scope)

    def close(self) -> None:
        """Stop the threads of host functions; those that still run are not waited for."""
        self._run.pool.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


async def execute(
    plan: Plan,
    program: str,
    args: Mapping[str, Any],
    *,
    backend: Backend,
    target: Target,
    hosts: Mapping[str, Callable[..., Any]] | None = None,
    run_seed: int = 0,
    row: int = 0,
    trace: Sink | None = None,
    listener: Listener | None = None,
) -> Any:
    """Run one instance of `program`; its result. Raises RunError."""
    with Executor(
        plan,
        backend=backend,
        target=target,
        hosts=hosts,
        run_seed=run_seed,
        trace=trace,
        listener=listener,
    ) as executor:
        return await executor.run(program, args, row)


def header_of(plan: Plan, program: str, backend: Backend, run_seed: int) -> Header:
    """The first line of a trace file."""
    return Header(
        TRACE_VERSION, plan_digest(plan), program, backend.name, run_seed, plan.target.approximate
    )
