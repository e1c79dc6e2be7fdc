"""Runs the engine's own scheduler, tree and slots against a clock of its own, without a model.

A step's duration comes from a cost model, so results are exact and repeat on any machine; what is measured is the
scheduling. Used by `scheduling` and `knobs`.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sglc.runtime.engine.radix import RadixCache
from sglc.runtime.engine.scheduler import Policy, Scheduler
from sglc.runtime.engine.slots import SlotAllocator
from sglc.runtime.engine.task import Job, Task

# Seconds: about what SmolLM2-135M takes on two cores.
STEP, PREFILL_TOKEN, DECODE_ROW = 0.015, 0.0008, 0.0009


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: when it comes, which document's prefix it has (none: a one-off), and its own tokens."""

    at: float
    popularity: int | None
    ids: tuple[int, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Load:
    """A stream of requests over documents of `prefix` tokens, under one popularity law."""

    name: str
    zipf: float | None  # exponent; None is uniform
    polluted: float = 0.0  # share of one-off prompts
    requests: int = 600
    documents: int = 40
    prefix: int = 800
    own: int = 24
    tokens: int = 16
    rate: float = 5.0  # requests a second
    seed: int = 1

    def arrivals(self) -> Iterator[Arrival]:
        """The requests in order of arrival."""
        rng = random.Random(self.seed)
        texts = [tuple(rng.choices(range(40_000), k=self.prefix)) for _ in range(self.documents)]
        weights = [
            1.0 if self.zipf is None else (i + 1) ** -self.zipf for i in range(self.documents)
        ]
        now = 0.0
        for _ in range(self.requests):
            now += rng.expovariate(self.rate)
            own = tuple(rng.choices(range(40_000), k=self.own))
            if rng.random() < self.polluted:
                yield Arrival(
                    now, None, tuple(rng.choices(range(40_000), k=self.prefix)) + own, self.tokens
                )
            else:
                (document,) = rng.choices(range(self.documents), weights)
                yield Arrival(now, document, texts[document] + own, self.tokens)


@dataclass(slots=True)
class Outcome:
    """What a run gave: per request the time to the first token, and the share of prompt tokens found."""

    ttft: list[tuple[int | None, float]]
    hit_rate: float
    seconds: float
    longest_wait: float
    preempted: int
    evicted: int


class Simulation:
    """One run."""

    def __init__(
        self, policy: Policy, capacity: int, page_size: int = 1, eviction: str = "lru"
    ) -> None:
        self.now = 0.0
        self.scheduler = Scheduler(
            RadixCache(page_size, eviction), SlotAllocator(capacity), policy, _refuse, self._clock
        )
        self._rng = random.Random(0)
        self._left: dict[Task, int] = {}
        self._of: dict[Task, Arrival] = {}
        self._ttft: list[tuple[int | None, float]] = []

    def run(self, arrivals: Iterator[Arrival]) -> Outcome:
        """Serve everything; returns what was seen."""
        coming = list(arrivals)[::-1]
        jobs: list[Job] = []
        while coming or self.scheduler.has_work:
            if not self.scheduler.has_work and coming:
                self.now = max(self.now, coming[-1].at)
            while coming and coming[-1].at <= self.now:
                jobs.append(self._submit(coming.pop()))
            self._step()
        prompt = sum(job.work.prompt for job in jobs)
        cached = sum(job.work.cached for job in jobs)
        waits = [(job.work.started or self.now) - job.work.arrived for job in jobs]
        counters = self.scheduler.counters
        return Outcome(
            self._ttft, cached / prompt, self.now, max(waits), counters.preempted, counters.evicted
        )

    def _clock(self) -> float:
        return self.now

    def _submit(self, arrival: Arrival) -> Job:
        job = Job()
        job.work.arrived, job.work.prompt = arrival.at, len(arrival.ids)
        ids = np.array(arrival.ids, dtype=np.int32)
        task = Task(job, ids, prompt=len(ids), room=arrival.tokens, generates=True)
        job.tasks.append(task)
        self._left[task], self._of[task] = arrival.tokens, arrival
        self.scheduler.submit(job)
        return job

    def _step(self) -> None:
        segments = self.scheduler.schedule()
        rows = sum(len(segment.ids) == 1 for segment in segments)
        tokens = sum(len(segment.ids) for segment in segments) - rows
        self.now += STEP + PREFILL_TOKEN * tokens + DECODE_ROW * rows
        fresh = set(self.scheduler.computed())
        for task in list(self.scheduler.ready):
            if task in fresh or task.wants_token:
                self._token(task)

    def _token(self, task: Task) -> None:
        task.wants_token = False
        work, arrival = task.job.work, self._of[task]
        if work.first is None:
            work.first = self.now
            self._ttft.append((arrival.popularity, self.now - arrival.at))
        task.push(self._rng.randrange(40_000))
        self._left[task] -= 1
        if self._left[task] == 0:
            self.scheduler.finish(task)


def _refuse(job: Job, error: Exception) -> None:
    raise RuntimeError("a simulated request failed") from error


Runner = Callable[[Load], Outcome]
