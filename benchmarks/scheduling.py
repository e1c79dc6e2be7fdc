"""Time to the first token by popularity of the prefix under memory pressure, against first come, first served.

Simulated time (see `simulation`): the same figures on any machine.
"""

import argparse
from typing import Any

from sglc.runtime.engine.metrics import percentiles
from sglc.runtime.engine.scheduler import Policy

from .results import environment, headline, table, write
from .simulation import Load, Outcome, Simulation

CAPACITY = 9_000  # of 32,000 tokens of documents: eleven of forty fit

LOADS = [
    Load("Zipf 1.1", 1.1, rate=3.5),
    Load("uniform", None, rate=2.0),
    Load("Zipf 1.1, half one-off", 1.1, polluted=0.5, rate=1.4),
]
POLICIES = {
    "lpm with ageing": Policy(),
    "fcfs": Policy(schedule_policy="fcfs"),
    "fcfs, no waiting for siblings": Policy(schedule_policy="fcfs", wait_for_siblings=False),
    "fcfs, no cache": Policy(schedule_policy="fcfs", disable_radix_cache=True),
}
GROUPS = {"hot": range(5), "warm": range(5, 15), "cold": range(15, 40)}


def main() -> None:
    """Run every load under every policy, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--write", action="store_true", help="write the results")
    arguments = parser.parse_args()
    data: list[dict[str, Any]] = []
    for load in LOADS:
        for name, policy in POLICIES.items():
            kept = Load(
                **{field: getattr(load, field) for field in Load.__slots__}
                | {"requests": arguments.requests}
            )
            outcome = Simulation(policy, CAPACITY).run(kept.arrivals())
            data.append({"load": load.name, "policy": name, **summary(outcome)})
    page = render(data)
    print(page)
    if arguments.write:
        found = environment()
        head = f"# Scheduling\n\n{headline(found)}\n{NOTE}\n\n"
        write("scheduling", {"environment": found, "rows": data}, head + page)


NOTE = (
    f"Simulated time. 40 documents of 800 tokens, {CAPACITY:,} slots, 24 own tokens, 16 generated. Seconds to the "
    "first token, p50 / p95 / p99, by popularity: the five hottest documents, the next ten, the rest, one-off prompts."
)


def summary(outcome: Outcome) -> dict[str, Any]:
    """The figures of a run."""
    by_group = {
        name: percentiles(
            t for popularity, t in outcome.ttft if popularity is not None and popularity in ranks
        )
        for name, ranks in GROUPS.items()
    }
    by_group["one-off"] = percentiles(t for popularity, t in outcome.ttft if popularity is None)
    by_group["all"] = percentiles(t for _, t in outcome.ttft)
    return {
        "ttft": by_group,
        "hit_rate": outcome.hit_rate,
        "seconds": outcome.seconds,
        "longest_wait": outcome.longest_wait,
        "evicted": outcome.evicted,
    }


def render(data: list[dict[str, Any]]) -> str:
    """The table."""
    names = [*GROUPS, "one-off", "all"]
    rows = [
        [
            f"{row['load']}: {row['policy']}",
            *(
                " / ".join(f"{row['ttft'][name][p]:.2f}" for p in ("p50", "p95", "p99"))
                for name in names
            ),
            f"{row['hit_rate']:.1%}",
            f"{row['longest_wait']:.1f}",
            f"{row['seconds']:.0f}",
        ]
        for row in data
    ]
    return table(["Load and order", *names, "hit rate", "longest wait", "total s"], rows)


if __name__ == "__main__":
    main()
