"""What a grammar costs per decoded token, and what appending forced text saves per record. One run, in turns."""

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from sglc.ir.sampling import Constraint, Sampling
from sglc.runtime.backend import GenReply, GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.models.folders import resolve_model

from .results import environment, headline, table, write
from .workloads import Material

ROWS, TOKENS, PROMPT = 32, 48, 60
# The grammar must allow about anything: rows are to differ in the mask alone.
ANYTHING = Constraint("regex", r"[^#]+")
RECORD = (
    '{kind: "report" | "contract" | "letter" | "invoice", language: "English" | "German" | "French", '
    "urgent: bool, has_signature: bool, pages: int}"
)

NOTE = (
    f"{ROWS} requests at once, SmolLM2-135M in bfloat16, prompts of {PROMPT} tokens that are cached. Above: {TOKENS} "
    "tokens each, the whole of every step timed (forward, mask, choice, matcher), free and under a grammar that allows "
    "nearly everything, so that both decode the same number. Below: a record of five fields; decoded token by token, "
    "and with its forced text appended. Medians of {repeats} rounds, the kinds in turns; the ratio is the median of "
    "the rounds' ratios. Load average when it began: {load:.1f}."
)

Reply = tuple[float, list[GenReply]]


def main() -> None:
    """Run both comparisons, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; the default model without one")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--write", action="store_true", help="write the results")
    arguments = parser.parse_args()
    found = environment()
    load = os.getloadavg()[0]
    model = resolve_model(arguments.model)
    backend = EngineBackend(model, kv_cache_tokens=20_000)
    prompts = [Material(model).ids(PROMPT, f"constrained {i}") for i in range(ROWS)]
    rows = asyncio.run(_measure(backend, prompts, arguments.repeats))
    page = table(["Kind", "median", "ratio"], [[r["kind"], r["figure"], r["ratio"]] for r in rows])
    print(page)
    if arguments.write:
        note = NOTE.format(repeats=arguments.repeats, load=load)
        head = f"# Constrained decoding\n\n{headline(found)}\n{note}\n\n"
        write("constrained", {"environment": found, "load": load, "rows": rows}, head + page)


async def _measure(
    backend: EngineBackend, prompts: Sequence[tuple[int, ...]], repeats: int
) -> list[dict[str, Any]]:
    try:
        free, masked = _asks(prompts, None), _asks(prompts, ANYTHING)
        rows = await _compare(backend, repeats, free, masked, per_token)
        records = [
            _asks(prompts, Constraint("type", RECORD, style)) for style in ("canonical", "spliced")
        ]
        more = await _compare(backend, repeats, records[0], records[1], per_record)
    finally:
        await backend.close()
    kinds = (
        "free, a token",
        "under a grammar, a token",
        "record, decoded",
        "record, forced text appended",
    )
    return [{"kind": kind, **row} for kind, row in zip(kinds, [*rows, *more], strict=True)]


def _asks(prompts: Sequence[tuple[int, ...]], constraint: Constraint | None) -> list[GenRequest]:
    is_record = constraint is not None and constraint.kind == "type"
    sampling = (
        Sampling(max_tokens=96) if is_record else Sampling(max_tokens=TOKENS, min_tokens=TOKENS)
    )
    return [GenRequest(ids, sampling, seeds=(0,), constraint=constraint) for ids in prompts]


async def _compare(
    backend: EngineBackend,
    repeats: int,
    one: list[GenRequest],
    other: list[GenRequest],
    figure: Callable[[Reply], float],
) -> list[dict[str, Any]]:
    """Both kinds in turns; the first round warms up."""
    taken = [
        (figure(await _ask(backend, one)), figure(await _ask(backend, other)))
        for _ in range(repeats + 1)
    ][1:]
    ratio = statistics.median(b / a for a, b in taken)
    medians = [statistics.median(times) for times in zip(*taken, strict=True)]
    shown = ["1", f"{ratio:.3f}"]
    return [
        {"figure": f"{median * 1000:.2f} ms", "ratio": r, "rounds": list(times)}
        for median, r, times in zip(medians, shown, zip(*taken, strict=True), strict=True)
    ]


async def _ask(backend: EngineBackend, requests: list[GenRequest]) -> Reply:
    begun = time.perf_counter()
    replies = await asyncio.gather(*[backend.generate(request) for request in requests])
    return time.perf_counter() - begun, replies


def per_token(reply: Reply) -> float:
    """Seconds a token, of all rows together."""
    seconds, replies = reply
    return seconds / sum(len(c.ids) for r in replies for c in r.completions)


def per_record(reply: Reply) -> float:
    """Seconds a record, of all rows together."""
    seconds, replies = reply
    return seconds / len(replies)


if __name__ == "__main__":
    main()
