"""How long an engine takes to start, stage by stage, beside what no engine could do without.

    python -m benchmarks.start [SHAPE …] [--models FOLDER] [--repeats 3] [--write]      shapes of `shapes`

No engine starts before torch is imported and its weights have memory. On a virtual machine the second may take longest:
its host gives each page when it is first written to. So an engine does both at once.
"""

import argparse
import itertools
import json
import subprocess
import sys
from pathlib import Path

from sglc.runtime.models.folders import resolve_model
from sglc.runtime.models.weights import weight_files

from .results import environment, headline, load, table, write
from .shapes import DEFAULT, SHAPES

NAME = "start"
STAGES = ("program", "engine", "first token")

# Prints the seconds by the clock and of the processor at the end of each stage. Python's own start is before the first.
START = """
import time
found = [(time.perf_counter(), time.process_time())]
def mark(): found.append((time.perf_counter(), time.process_time()))
import asyncio, json, sys
from sglc.ir.sampling import Sampling
from sglc.runtime.backend import GenRequest
from sglc.runtime.backends.engine import EngineBackend
mark()
backend = EngineBackend(sys.argv[1])
mark()
asyncio.run(backend.generate(GenRequest((1, 2, 3), Sampling(max_tokens=1), (0,))))
mark()
print(json.dumps(found))
"""
TORCH = """
import time
begun = time.perf_counter()
import torch
print(time.perf_counter() - begun)
"""
MEMORY = """
import ctypes, sys, time
from sglc.runtime.engine.native.ahead import pages
size = int(sys.argv[1])
made, begun = pages(size), time.perf_counter()
ctypes.memset(ctypes.addressof(ctypes.c_char.from_buffer(made)), 0, size)
print(time.perf_counter() - begun)
"""

NOTE = """
Seconds by the clock, and of processor time in brackets, of the fastest of {repeats} starts, each in a process of its
own. `program` is what is imported without torch, `engine` the rest up to an engine that serves. Beside it, each in a
process of its own: importing torch, and taking as many bytes as the weights have in large pages, on one thread, which
depends on what the system has at hand. An engine does both at once. Load average when it began: {load:.1f}.

"""

Moment = tuple[float, float]


def stages(model: Path) -> list[Moment]:
    """What each stage of one start took: by the clock, and of processor time."""
    ends: list[Moment] = json.loads(_run(START, str(model)))
    return [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(ends)]


def torch() -> float:
    """The seconds that importing torch takes."""
    return float(_run(TORCH))


def memory(model: Path) -> float:
    """The seconds that fresh memory for the weights takes."""
    return float(_run(MEMORY, str(sum(file.stat().st_size for file in weight_files(model)))))


def row(shape: str, model: Path, repeats: int) -> list[str]:
    """A shape's line of the table."""
    found = min((stages(model) for _ in range(repeats)), key=lambda taken: sum(s for s, _ in taken))
    total = sum(s for s, _ in found), sum(s for _, s in found)
    apart = [min(take() for _ in range(repeats)) for take in (torch, lambda: memory(model))]
    cells = [f"{clock:.2f} ({own:.2f})" for clock, own in [*found, total]]
    return [shape, *cells, *(f"{seconds:.2f}" for seconds in apart)]


def _run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Print the stages of each shape's start."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=__doc__)
    parser.add_argument("shapes", nargs="*", default=[DEFAULT], help=", ".join([DEFAULT, *SHAPES]))
    parser.add_argument("--models", type=Path, help="where `shapes make` has written them")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write the results")
    options = parser.parse_args()
    busy, lines = load(), []
    for shape in options.shapes:
        model = resolve_model(None if shape == DEFAULT else str(options.models / shape))
        lines.append(row(shape, model, options.repeats))
    page = table(["", *STAGES, "in all", "torch", "memory"], lines)
    print(page)
    if options.write:
        found = environment()
        note = NOTE.format(repeats=options.repeats, load=busy)
        data = {"environment": found, "load": busy, "rows": lines}
        write(NAME, data, f"# Starts\n\n{headline(found)}{note}{page}")


if __name__ == "__main__":
    main()
