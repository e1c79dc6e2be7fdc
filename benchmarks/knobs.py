"""Sweeps each knob of the scheduler and the cache, one at a time, over one load with memory pressure.

Simulated time (see `simulation`): the same figures on any machine.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sglc.runtime.engine.metrics import percentiles
from sglc.runtime.engine.scheduler import Policy

from .results import environment, headline, table, write
from .simulation import Load, Simulation

CAPACITY = 9_000
LOAD = Load("Zipf 1.1, a quarter one-off", 1.1, polluted=0.25, rate=3.0, requests=400)

# Where every prompt has a tail of its own, a shared part is a leaf only once all its tails are gone, and every policy
# takes it right after the newest of them: only prompts that come again as they are tell the policies apart.
REPEATED = replace(LOAD, name=f"{LOAD.name}; prompts repeated as they are", own=0, tokens=1)
LOADS = {"eviction_policy": REPEATED}

Make = Callable[[Any], Simulation]

SWEEPS: dict[str, tuple[Make, Sequence[Any]]] = {
    "kv_cache_tokens": (lambda n: Simulation(Policy(), n), [2_000, 4_500, 9_000, 18_000, 36_000]),
    "page_size": (lambda n: Simulation(Policy(), CAPACITY, n), [1, 16, 64, 256]),
    "chunked_prefill_size": (
        lambda n: Simulation(Policy(chunked_prefill_size=n), CAPACITY),
        [64, 128, 256, 512, 1024, 4096],
    ),
    "max_running_requests": (
        lambda n: Simulation(Policy(max_running_requests=n), CAPACITY),
        [4, 16, 64, 256],
    ),
    "schedule_age_weight": (
        lambda w: Simulation(Policy(age_weight=w), CAPACITY),
        [0.0, 50.0, 200.0, 1000.0, 1e6],
    ),
    "eviction_policy": (
        lambda name: Simulation(Policy(), CAPACITY, eviction=name),
        ["lru", "lru-plain", "fifo"],
    ),
    "wait_for_siblings": (
        lambda flag: Simulation(Policy(wait_for_siblings=flag), CAPACITY),
        [True, False],
    ),
    "schedule_policy": (
        lambda name: Simulation(Policy(schedule_policy=name), CAPACITY),
        ["lpm", "fcfs"],
    ),
}


def main() -> None:
    """Run the sweeps, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("knobs", nargs="*", help=f"of {', '.join(SWEEPS)}; all without a name")
    parser.add_argument("--write", action="store_true", help="write the results")
    arguments = parser.parse_args()
    data = [measure(knob, value) for knob in arguments.knobs or SWEEPS for value in SWEEPS[knob][1]]
    page = render(data)
    print(page)
    if arguments.write:
        found = environment()
        head = f"# Knobs\n\n{headline(found)}\n{NOTE}\n\n"
        write("knobs", {"environment": found, "rows": data}, head + page)


NOTE = (
    f"Simulated time. {LOAD.requests} requests on 40 documents of 800 tokens ({LOAD.name}), "
    f"{LOAD.rate:g} a second, {CAPACITY:,} slots unless swept. Eviction policies meet prompts that are repeated "
    "as they are: with a tail of its own in every prompt they agree. What the plan's hints add: `retention.md`."
)


def measure(knob: str, value: Any) -> dict[str, Any]:
    """One run."""
    outcome = SWEEPS[knob][0](value).run(LOADS.get(knob, LOAD).arrivals())
    return {
        "knob": knob,
        "value": value,
        "ttft": percentiles(t for _, t in outcome.ttft),
        "hit_rate": outcome.hit_rate,
        "longest_wait": outcome.longest_wait,
        "seconds": outcome.seconds,
        "preempted": outcome.preempted,
        "evicted": outcome.evicted,
    }


def render(data: list[dict[str, Any]]) -> str:
    """The table."""
    rows = [
        [
            f"{row['knob']} = {row['value']}",
            *(f"{row['ttft'][p]:.2f}" for p in ("p50", "p95", "p99")),
            f"{row['hit_rate']:.1%}",
            f"{row['longest_wait']:.1f}",
            f"{row['seconds']:.0f}",
            f"{row['preempted']}",
            f"{row['evicted']:,}",
        ]
        for row in data
    ]
    head = ["Knob", "TTFT p50", "p95", "p99", "hit rate", "longest wait", "total s", "preempted"]
    return table([*head, "evicted"], rows)


if __name__ == "__main__":
    main()
