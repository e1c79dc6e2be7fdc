"""How long an engine takes to start, stage by stage, beside what no engine could do without.

    python -m benchmarks.start [SHAPE …] [--models FOLDER] [--repeats 3] [--write]      shapes of `shapes`

No engine starts before torch is imported and its weights have memory. On a virtual machine the second may take longest:
its host gives each page when it is first written to.
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
STAGES = ("torch", "engine", "weights", "first token")

# Prints the seconds by the clock and of the processor at the end of each stage. Python's own start is before the first.
START = """
import time
found = [(time.perf_counter(), time.process_time())]
def mark(): found.append((time.perf_counter(), time.process_time()))
import torch
mark()
import asyncio, json, sys
from sglc.ir.sampling import Sampling
from sglc.runtime.backend import GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine import door, generation, options
mark()
backend = EngineBackend(sys.argv[1])
mark()
asyncio.run(backend.generate(GenRequest((1, 2, 3), Sampling(max_tokens=1), (0,))))
mark()
print(json.dumps(found))
"""
MEMORY = """
import sys, time
from sglc.runtime.engine.native.room import Room
room, begun = Room().take(int(sys.argv[1]) // 2), time.perf_counter()
room[::2048].zero_()
print(time.perf_counter() - begun)
"""

NOTE = """
Seconds by the clock, and of processor time in brackets, of the fastest of {repeats} starts, each in a process of its
own. Memory: what taking as many bytes as the weights have in large pages takes by itself, on one thread; it is part of
`weights` and depends on what the system has at hand. Load average when it began: {load:.1f}.

"""

Moment = tuple[float, float]


def stages(model: Path) -> list[Moment]:
    """What each stage of one start took: by the clock, and of processor time."""
    ends: list[Moment] = json.loads(_run(START, str(model)))
    return [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(ends)]


def memory(model: Path) -> float:
    """The seconds that fresh memory for the weights takes."""
    return float(_run(MEMORY, str(sum(file.stat().st_size for file in weight_files(model)))))


def row(shape: str, model: Path, repeats: int) -> list[str]:
    """A shape's line of the table."""
    found = min((stages(model) for _ in range(repeats)), key=lambda taken: sum(s for s, _ in taken))
    total = sum(s for s, _ in found), sum(s for _, s in found)
    fresh = min(memory(model) for _ in range(repeats))
    return [shape, *(f"{clock:.2f} ({own:.2f})" for clock, own in [*found, total]), f"{fresh:.2f}"]


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
    page = table(["", *STAGES, "in all", "memory"], lines)
    print(page)
    if options.write:
        found = environment()
        note = NOTE.format(repeats=options.repeats, load=busy)
        data = {"environment": found, "load": busy, "rows": lines}
        write(NAME, data, f"# Starts\n\n{headline(found)}{note}{page}")


if __name__ == "__main__":
    main()
