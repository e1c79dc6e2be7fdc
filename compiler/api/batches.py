"""`run_batch`: many runs of a Python program at once, in order, each with its own error."""

from __future__ import annotations

import concurrent.futures
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ...runtime.executor.instance import HOST_THREADS
from ..console.progress import Progress
from .compiled import Compiled, CompiledRun, run_compiled
from .definition import Definition, Job
from .endpoints import Endpoint
from .live import LiveRun
from .state import State
from .threads import OwnThreads, in_this_context


@dataclass(frozen=True)
class Rows:
    """How rows of a program are run: its definition, what finds its compiled form, and what makes an instance."""

    definition: Definition
    find: Callable[[Endpoint, Job, str], Compiled | None]
    instance: Callable[[Endpoint, Job, Compiled], CompiledRun]


def run_batch(
    of: Rows,
    endpoint: Endpoint,
    jobs: Sequence[Job],
    run_seed: int | None,
    mode: str,
    threads: int,
    progress: Progress,
) -> Iterator[State]:
    """Start every row, and give the states in order, each as soon as it and those before it are over."""
    batch = _Batch(of, endpoint, run_seed, progress)
    with progress, ThreadPoolExecutor(threads, thread_name_prefix="sglc-direct") as pool:
        found = batch.start(jobs, mode, pool)
        try:
            for row, (state, done) in enumerate(found):
                concurrent.futures.wait([done])
                batch.close(state, row)
                yield state
        finally:
            batch.cancel()
            pool.shutdown(cancel_futures=True)


class _Batch:
    """The rows of one batch."""

    def __init__(
        self, of: Rows, endpoint: Endpoint, run_seed: int | None, progress: Progress
    ) -> None:
        self._of, self._endpoint = of, endpoint
        self._run_seed, self._progress = run_seed, progress
        self._started: list[concurrent.futures.Future[Any]] = []

    def start(
        self, jobs: Sequence[Job], mode: str, pool: ThreadPoolExecutor
    ) -> list[tuple[State, concurrent.futures.Future[Any]]]:
        """Rows of one compiled program run in one executor, the others in threads."""
        states: list[Any] = [None] * len(jobs)
        together: dict[int, list[int]] = defaultdict(list)
        plans: dict[int, Compiled] = {}
        for row, job in enumerate(jobs):
            compiled = self._of.find(self._endpoint, job, mode)
            if compiled is None:
                states[row] = self._direct(job, row, pool)
            else:
                plans[id(compiled)] = compiled
                together[id(compiled)].append(row)
        for key, rows in together.items():
            for row, pair in self._compiled(plans[key], {row: jobs[row] for row in rows}).items():
                states[row] = pair
        return states

    def _compiled(
        self, compiled: Compiled, jobs: dict[int, Job]
    ) -> dict[int, tuple[State, concurrent.futures.Future[Any]]]:
        runs = {row: self._of.instance(self._endpoint, job, compiled) for row, job in jobs.items()}
        threads = OwnThreads(HOST_THREADS)
        work = run_compiled(
            compiled,
            self._endpoint,
            {row: (jobs[row].args, run) for row, run in runs.items()},
            run_seed=self._run_seed,
            run_piece=threads,
            watch=self._progress.add,
            on_end=lambda row: self._progress.row_done(),
        )
        self._started.append(threads.follow(self._endpoint.loop.start(work)))
        return {row: (State(None, run), run.over) for row, run in runs.items()}

    def _direct(
        self, job: Job, row: int, pool: ThreadPoolExecutor
    ) -> tuple[State, concurrent.futures.Future[Any]]:
        live = LiveRun(
            self._of.definition, self._endpoint, job, self._run_seed, row=row, sink=self._progress
        )

        def run() -> None:
            try:
                live.run()
            except Exception as error:
                live.session.strands[0].error = error
            self._progress.row_done()

        return live.state, pool.submit(in_this_context(run))

    def close(self, state: State, row: int) -> None:
        """A row is over: its function's value is known, and its error says which row it was."""
        run = state._run
        if isinstance(run, CompiledRun):
            state.ret_value = run.returned
        error = state.error()
        if error is not None:
            error.add_note(f"in row {row} of the batch of `{self._of.definition.name}`")

    def cancel(self) -> None:
        """Stop what still runs, when the caller stops early."""
        for future in self._started:
            future.cancel()
