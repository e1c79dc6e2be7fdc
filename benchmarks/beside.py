"""How fast the engine is alone, beside processes that want the same cores, and beside others in its own process.

Whoever runs a server beside other work meets the second, whoever embeds the engine in a notebook the third: torch in
another thread, or a second engine. Kinds take turns; the best round of each counts, since what else runs on the machine
only makes a round slower. An engine that nobody asks should take no processor time: that is measured, too.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import torch

from sglc.ir.sampling import Sampling
from sglc.runtime.backend import GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.models.folders import resolve_model

from .results import environment, headline, load, table, write
from .workloads import Material

TOKENS, PROMPT = 48, 60
REQUESTS = (1, 8, 32)
IDLE = 2.0
TWO = "two engines"

NOTE = (
    f"Tokens a second of the default model in bfloat16, {TOKENS} tokens a request after prompts of {PROMPT} that are "
    "cached. Beside: two processes that do nothing but count; a thread of the same process that multiplies matrices "
    "with torch. Two engines: both in one process, asked the same at once; tokens of both together. The best of "
    "{repeats} rounds, the kinds in turns. Load average when it began: {load:.1f}. Both engines idle for {idle_s:g} s: "
    "{idle_cpu_s:.3f} s of processor time."
)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Nobody else."""
    yield


@contextlib.contextmanager
def busy_processes() -> Iterator[None]:
    """Two processes that want a core each."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


@contextlib.contextmanager
def torch_beside() -> Iterator[None]:
    """A thread of this process that computes with torch, with a team of threads of its own."""
    ends = threading.Event()

    def multiply() -> None:
        a = torch.randn(512, 512)
        while not ends.is_set():
            a = (a @ a).clamp(-1, 1)

    thread = threading.Thread(target=multiply)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


KINDS = {"alone": alone, "beside two processes": busy_processes, "beside torch": torch_beside}


def main() -> None:
    """Measure every kind, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; the default model without one")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write the results")
    arguments = parser.parse_args()
    found, before = environment(), load()
    rows, idle = asyncio.run(_measure(arguments.model, arguments.repeats))
    head = ["", *(f"{n} at once" if n > 1 else "1 request" for n in REQUESTS)]
    page = table(head, [[kind, *(f"{x:.0f}" for x in best)] for kind, best in rows.items()])
    data = {"repeats": arguments.repeats, "load": before, "idle_s": IDLE, "idle_cpu_s": idle}
    print(page, f"idle: {idle:.3f} s of processor time in {IDLE:g} s", sep="\n")
    if arguments.write:
        text = f"# Beside others\n\n{headline(found)}\n{NOTE.format(**data)}\n\n{page}"
        write("beside", {"environment": found, **data, "rows": rows}, text)


async def _measure(model: str | None, repeats: int) -> tuple[dict[str, list[float]], float]:
    """Tokens a second of every kind, and the processor time of idle engines."""
    folder = resolve_model(model)
    backend, other = (EngineBackend(folder, kv_cache_tokens=20_000) for _ in range(2))
    prompts = [Material(folder).ids(PROMPT, f"beside {i}") for i in range(max(REQUESTS))]
    best: dict[str, list[float]] = {kind: [0.0] * len(REQUESTS) for kind in (*KINDS, TWO)}
    await _speed([backend, other], prompts)
    for _ in range(repeats):
        for kind, beside in KINDS.items():
            with beside():
                found = [await _speed([backend], prompts[:count]) for count in REQUESTS]
            best[kind] = list(map(max, best[kind], found))
        found = [await _speed([backend, other], prompts[:count]) for count in REQUESTS]
        best[TWO] = list(map(max, best[TWO], found))
    idle = await _idle()
    await backend.close()
    await other.close()
    return best, idle


async def _idle() -> float:
    """Processor time of this process while nobody asks anything."""
    await asyncio.sleep(0.1)
    begun = time.process_time()
    await asyncio.sleep(IDLE)
    return time.process_time() - begun


async def _speed(backends: list[EngineBackend], prompts: list[Any]) -> float:
    """Tokens a second of one request for each prompt of each engine, all at once."""
    sampling = Sampling(max_tokens=TOKENS, ignore_eos=True)
    begun = time.perf_counter()
    asked = [b.generate(GenRequest(ids, sampling, seeds=(0,))) for b in backends for ids in prompts]
    await asyncio.gather(*asked)
    return len(asked) * TOKENS / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
