"""Time to match and insert in the radix cache, from a thousand to a million nodes."""

import argparse
import statistics
import time
from typing import Any

import numpy as np

from sglc.runtime.engine.radix import RadixCache

from .results import environment, headline, table, write

LENGTH = 256  # tokens of a prompt
BRANCH = 64  # prompts that share their first half


def main() -> None:
    """Fill trees of growing size, time operations, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000, help="nodes of the largest tree")
    parser.add_argument("--write", action="store_true", help="write the results")
    arguments = parser.parse_args()
    sizes = [10**n for n in range(3, 7) if 10**n <= arguments.most]
    rows = measure(sizes)
    page = render(rows)
    print(page)
    if arguments.write:
        found = environment()
        head = f"# Radix cache\n\n{headline(found)}\n{NOTE}\n\n"
        write("radix", {"environment": found, "rows": rows}, head + page)


NOTE = (
    f"Microseconds of processor time, median. Prompts of {LENGTH} tokens; {BRANCH} share each first half. "
    "Evict: per leaf, least recently used first."
)


def measure(sizes: list[int]) -> list[dict[str, Any]]:
    """Grow one tree and stop at each size."""
    rng = np.random.default_rng(1)
    cache, slots = RadixCache(), np.arange(LENGTH, dtype=np.int32)
    halves: list[np.ndarray] = []
    rows: list[dict[str, Any]] = []
    count = 0
    for size in sizes:
        while cache.nodes < size:
            if count % BRANCH == 0:
                halves.append(rng.integers(0, 50_000, LENGTH // 2).astype(np.int32))
            cache.insert(_prompt(rng, halves[-1]), slots)
            count += 1
        rows.append(
            {"nodes": cache.nodes, "tokens": cache.tokens, **_times(cache, halves, rng, slots)}
        )
    return rows


def _prompt(rng: np.random.Generator, half: np.ndarray) -> np.ndarray:
    return np.concatenate([half, rng.integers(0, 50_000, LENGTH - len(half)).astype(np.int32)])


def _times(
    cache: RadixCache, halves: list[np.ndarray], rng: np.random.Generator, slots: np.ndarray
) -> dict[str, float]:
    known = [halves[i] for i in rng.integers(0, len(halves), 300)]
    fresh = [_prompt(rng, half) for half in known]
    found = {
        "match": [_timed(lambda ids=ids: cache.match(ids)) for ids in fresh],
        "touch and lock": [_timed(lambda ids=ids: _hold(cache, ids)) for ids in fresh],
        "insert": [_timed(lambda ids=ids: cache.insert(ids, slots)) for ids in fresh],
        "evict": [_timed(lambda: cache.evict(1)) for _ in range(300)],
    }
    return {name: statistics.median(values) * 1e6 for name, values in found.items()}


def _hold(cache: RadixCache, ids: np.ndarray) -> None:
    node = cache.touch(cache.match(ids))
    cache.lock(node)
    cache.unlock(node)


def _timed(work: Any) -> float:
    start = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - start) / 1e9


def render(rows: list[dict[str, Any]]) -> str:
    """The table."""
    names = ["match", "touch and lock", "insert", "evict"]
    cells = [[f"{r['nodes']:,}", f"{r['tokens']:,}", *(f"{r[n]:.1f}" for n in names)] for r in rows]
    return table(["Nodes", "tokens", *names], cells)


if __name__ == "__main__":
    main()
