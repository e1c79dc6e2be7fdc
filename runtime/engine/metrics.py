"""What an engine has done: per call, in sum, and where its time went."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from .counters import Counters
from .radix import RadixCache
from .slots import SlotAllocator
from .task import Work

# Latencies are summarised over this many last calls.
REMEMBERED = 4096


@dataclass(slots=True)
class Times:
    """Where the engine's time went, in seconds, and how often it ran the model."""

    schedule: float = 0.0  # choosing the step's work: tree, slots, queues
    plan: float = 0.0  # laying out attention
    forward: float = 0.0
    sample: float = 0.0  # logits, masks, choice, ends of requests
    forwards: int = 0
    decode_forwards: int = 0  # without any prefill
    overlapped: int = 0  # launched before the tokens of the step before were read
    tokens: int = 0


@dataclass(slots=True)
class Calls:
    """The work of all calls that have ended; the last ones' latencies."""

    requests: int = 0
    prompt: int = 0
    cached: int = 0
    prefilled: int = 0
    recomputed: int = 0
    decoded: int = 0
    forced: int = 0
    missed_new: int = 0
    missed_evicted: int = 0
    ttft: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    tpot: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    queue: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def add(self, work: Work) -> None:
        """Count a call that has ended."""
        self.requests += 1
        for name in _SUMMED:
            setattr(self, name, getattr(self, name) + getattr(work, name))
        usage = work.usage()
        self.ttft.append(usage.ttft_s)
        self.queue.append(usage.queue_s)
        if usage.decoded:
            self.tpot.append(usage.decode_s / usage.decoded)


_SUMMED = (
    "prompt",
    "cached",
    "prefilled",
    "recomputed",
    "decoded",
    "forced",
    "missed_new",
    "missed_evicted",
)


@dataclass(frozen=True, slots=True)
class Metrics:
    """A snapshot. `hit_rate`: the share of prompt tokens that were not computed for their call.

    A prompt token that had to be computed was `missed_evicted` if it once was in the tree, else `missed_new`.
    """

    requests: int
    tokens: dict[str, int]
    hit_rate: float
    latency_s: dict[str, dict[str, float]]  # ttft, tpot, queue: p50, p95, p99
    times_s: dict[str, float]
    bookkeeping: float  # the share of time that is neither model nor sampling
    forwards: int
    decode_forwards: int
    overlapped: int
    steps: int
    preempted: int
    evicted: int
    parked: int
    guessed: int
    guessed_right: int
    slots_held: int
    slots_cached: int
    slots_locked: int
    capacity: int

    @classmethod
    def of(
        cls, calls: Calls, times: Times, counters: Counters, slots: SlotAllocator, cache: RadixCache
    ) -> Metrics:
        """Take a snapshot; the engine may be running."""
        spent = {name: getattr(times, name) for name in ("schedule", "plan", "forward", "sample")}
        return cls(
            requests=calls.requests,
            tokens={name: getattr(calls, name) for name in _SUMMED},
            hit_rate=calls.cached / calls.prompt if calls.prompt else 0.0,
            latency_s={
                name: percentiles(getattr(calls, name)) for name in ("ttft", "tpot", "queue")
            },
            times_s=spent,
            bookkeeping=(times.schedule + times.plan) / (sum(spent.values()) or 1.0),
            forwards=times.forwards,
            decode_forwards=times.decode_forwards,
            overlapped=times.overlapped,
            steps=counters.steps,
            preempted=counters.preempted,
            evicted=counters.evicted,
            parked=counters.parked,
            guessed=counters.guessed,
            guessed_right=counters.guessed_right,
            slots_held=slots.held,
            slots_cached=cache.tokens,
            slots_locked=cache.locked_tokens,
            capacity=slots.capacity,
        )

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """The 50th, 95th and 99th percentile (nearest rank); zeros without values."""
    ranked = sorted(values)
    if not ranked:
        return {"p50": 0.0, "p95": 0.0, "p99": 0.0}
    return {f"p{p}": ranked[min(len(ranked) - 1, len(ranked) * p // 100)] for p in (50, 95, 99)}
