"""Processor time of one decode step by shape of the batch, on one thread: what a busy machine can still measure.

Rows are unrelated prompts of 30 tokens, or arms that share a prefix of 2,480.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

from sglc.ir.sampling import Sampling
from sglc.runtime.backend import GenRequest
from sglc.runtime.engine.engine import Engine
from sglc.runtime.engine.generation import GenJob
from sglc.runtime.engine.options import EngineOptions, build_engine

from .results import environment, headline, table, write

PREFIX, OWN, TOKENS = 2480, 30, 12
SHAPES = [("unrelated", n) for n in (1, 8, 32, 64)] + [("arms", n) for n in (1, 8, 32, 64)]


def main() -> None:
    """Time every shape, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; the default model without one")
    parser.add_argument("--write", action="store_true", help="write the results")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    engine = build_engine(EngineOptions(model_path=arguments.model, kv_cache_tokens=20_000))
    rows = Bench(engine).rows()
    page = table(
        ["Step", "median ms", "least ms", "least per row, ms"],
        [
            [r["shape"], f"{r['median']:.1f}", f"{r['least']:.1f}", f"{r['least'] / r['rows']:.2f}"]
            for r in rows
        ],
    )
    print(page)
    if arguments.write:
        found = environment()
        load = os.getloadavg()[1]
        busy = f"Load average while measuring: {load:.1f}."
        head = f"# Decode steps\n\n{headline(found)}\n{NOTE} {busy}\n\n"
        write("steps", {"environment": found, "load": load, "rows": rows}, head + page)


NOTE = (
    "Milliseconds of processor time of one decode step (scheduling, forward, sampling), one torch thread, "
    f"SmolLM2-135M in bfloat16. Arms share a prefix of {PREFIX:,} tokens; every row has {OWN} tokens of its own. "
    "No GPU was available."
)


class Bench:
    """Steps an engine by hand, without its thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rng = random.Random(1)
        self._prefix = self._ids(PREFIX)

    def rows(self) -> list[dict[str, Any]]:
        """One row per shape."""
        self._run([self._job(self._prefix, 1)])
        return [self._row(kind, count) for kind, count in SHAPES]

    def decode(
        self, count: int, context: int, tokens: int, clock: Callable[[], float] = time.perf_counter
    ) -> float:
        """The least seconds of a step in which so many unrelated rows decode."""
        jobs = [self._job(self._ids(max(context - tokens // 2, 1)), tokens) for _ in range(count)]
        return min(self._run(jobs, clock))

    def prefill(self, tokens: int, clock: Callable[[], float] = time.perf_counter) -> float:
        """The seconds of a prompt of so many new tokens and one token after it."""
        begun = clock()
        self._run([self._job(self._ids(tokens), 1)], clock)
        return clock() - begun

    def _row(self, kind: str, count: int) -> dict[str, Any]:
        shared = self._prefix if kind == "arms" else ()
        times = self._run([self._job(shared + self._ids(OWN), TOKENS) for _ in range(count)])
        return {
            "shape": f"{count} {kind}",
            "rows": count,
            "median": statistics.median(times) * 1e3,
            "least": min(times) * 1e3,
        }

    def _ids(self, count: int) -> tuple[int, ...]:
        return tuple(self._rng.choices(range(1000, 40_000), k=count))

    def _job(self, ids: tuple[int, ...], tokens: int) -> GenJob:
        parts = self._engine.parts
        request = GenRequest(ids, Sampling(max_tokens=tokens, ignore_eos=True), (0,))
        return GenJob(
            request,
            parts.tokenizer,
            None,
            lambda *_: None,
        )

    def _run(
        self, jobs: list[GenJob], clock: Callable[[], float] = time.thread_time
    ) -> list[float]:
        """Serve jobs; returns the times of the steps in which all of them decoded and nothing else was done."""
        engine, times = self._engine, []
        for job in jobs:
            engine.steps.begin(job)
        with torch.inference_mode():
            while engine.scheduler.has_work:
                before, start = engine.times.decode_forwards, clock()
                engine.steps.step()
                spent = clock() - start
                if engine.times.decode_forwards > before and len(engine.scheduler.ready) == len(
                    jobs
                ):
                    times.append(spent)
        return times or [0.0]


if __name__ == "__main__":
    main()
