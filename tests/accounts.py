"""What a run must account for, read from its trace file by code that shares nothing with the runtime."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from example_programs import Example
from lower_bound import calls_of, lower_bound, measured, sent_of

from sglc.compiler.driver.compilation import Build
from sglc.runtime.backend import Backend
from sglc.runtime.batch.rows import RowResult, rows_of
from sglc.runtime.batch.run import Window, run_rows
from sglc.runtime.executor.executor import Executor, header_of
from sglc.runtime.trace.records import TraceWriter


def run_traced(
    build: Build, example: Example, backend: Backend, path: Path, rows: int = 1, seed: int = 0
) -> list[RowResult]:
    """Run the first rows of an example, all at once, and write the trace."""
    return asyncio.run(_run(build, example, backend, path, rows, seed))


async def _run(
    build: Build, example: Example, backend: Backend, path: Path, rows: int, seed: int
) -> list[RowResult]:
    plan, results = build.plan, list[RowResult]()
    program = next(p for p in plan.programs if p.name == plan.entry)
    given = rows_of([dict(row) for row in example.rows[:rows]], program)
    with path.open("w", encoding="utf-8") as stream:
        trace = TraceWriter(stream, header_of(plan, plan.entry, backend, seed))
        with Executor(
            plan,
            backend=backend,
            target=build.choice.target,
            hosts=example.hosts,
            trace=trace,
            run_seed=seed,
        ) as executor:
            await run_rows(executor, plan.entry, [Window(given)], on_row=results.append)
    return results


def is_tight(path: Path) -> bool:
    """Whether the run prefilled exactly the lower bound and replayed nothing.

    A call that was cancelled has prefilled all of its prompt, or a part of it, or nothing.
    """
    did = measured(path)
    least, most = lower_bound(calls_of(path)), lower_bound(sent_of(path))
    return least <= did["prefilled"] <= most and did["replayed"] == 0


def gap(path: Path) -> str:
    """The account in words, for a failing test."""
    asked, sent = lower_bound(calls_of(path)), lower_bound(sent_of(path))
    return f"{measured(path)}, lower bound {asked}, with what was cancelled {sent}"


def mispredicted(path: Path) -> list[dict[str, Any]]:
    """The calls whose cached prefix does not end where the plan said."""
    return [
        {
            key: call.get(key)
            for key in ("kind", "name", "indices", "predicted_node", "predicted_cached", "cached")
        }
        for call in calls_of(path)
        if call.get("predicted_cached", 0) != call.get("cached", 0)
    ]


def calls(path: Path) -> list[dict[str, Any]]:
    """The calls of a trace file."""
    return calls_of(path)


def warmed(path: Path) -> list[dict[str, Any]]:
    """The prefills of a trace file."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [r for r in records if r["type"] == "call" and r["kind"] == "prefill"]


def trace_lines(path: Path) -> list[dict[str, Any]]:
    """All records of a trace file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
