"""`sglc serve` beside a vLLM server: the same client over HTTP, the same requests, alternately, in one run.

    python -m benchmarks.serve_peers --vllm-url http://127.0.0.1:8911 --vllm-pid PID [--rows shared-32] [--repeats 3]

The rows of `benchmarks.peers`, its programs by hand, asked of both servers. `sglc serve` is started here, in a process
of its own; the other server, whose process group is named, stands still while ours is asked, and ours while it is.
Every repetition has fresh texts. What HTTP and JSON take of the time is `benchmarks/serving.py`'s to measure.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from sglc.runtime.models.folders import resolve_model

from . import results
from .contenders import seconds_of_server
from .workloads import ROWS, Material, Row

PORT = 8921
NOTES = """
The best of {repeats} repetitions after one that is not counted, the sides alternating, each frozen while the other is
asked; one client, the code of `by_hand.py`. vLLM: {vllm}. Ratio: vLLM's time over ours.
Between {load} processes wanted a core when the rows began.
"""


@dataclass(slots=True)
class Side:
    """A server, and the process group that is frozen while it is not asked."""

    name: str
    url: str
    group: int | None

    def freeze(self) -> None:
        """Stop all its threads."""
        if self.group is not None:
            os.killpg(self.group, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self.group is not None:
            os.killpg(self.group, signal.SIGCONT)


@dataclass(slots=True)
class Found:
    """A row with every time of both sides."""

    row: Row
    times: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    load: float = 0.0

    @property
    def ratio(self) -> float:
        """How many times as long vLLM takes."""
        return min(self.times["vLLM"]) / min(self.times["sglc serve"])

    def cells(self) -> list[str]:
        """Its line of the table."""
        best = [f"{min(self.times[name]):.2f}" for name in ("vLLM", "sglc serve")]
        spread = statistics.median(self.times["sglc serve"]) / min(self.times["sglc serve"])
        return [self.row.title, *best, f"{self.ratio:.2f}", f"{spread:.2f}"]


@contextmanager
def serving(model: Path) -> Iterator[Side]:
    """`sglc serve` of a model in a process group of its own."""
    command = [sys.executable, "-m", "sglc", "serve", "--listen", f"127.0.0.1:{PORT}"]
    command += ["--model", str(model), "--name", "m", "--log-level", "warning"]
    command += ["--dtype", "bfloat16", "--kv-cache-tokens", "40000"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    side = Side("sglc serve", f"http://127.0.0.1:{PORT}", process.pid)
    try:
        _wait(side.url, process)
        yield side
    finally:
        side.thaw()
        process.terminate()
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(120):
        try:
            if httpx.get(f"{url}/health", timeout=2.0).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.5)
    raise SystemExit("`sglc serve` did not come up")


def seconds(side: Side, row: Row, material: Material, seed: str) -> float:
    """How long a server takes for all that a row asks."""
    side.thaw()
    try:
        return asyncio.run(seconds_of_server(side.url, row, material, seed))
    finally:
        side.freeze()


def measure(row: Row, sides: list[Side], material: Material, repeats: int) -> Found:
    """Every time of a row, the sides in turns."""
    found = Found(row, {side.name: [] for side in sides}, results.load())
    for turn in ["warm", *map(str, range(repeats))]:
        for side in sides:
            taken = seconds(side, row, material, f"{row.name} {turn}")
            if turn != "warm":
                found.times[side.name].append(taken)
    return found


def page(found: list[Found], environment: dict[str, Any], **notes: object) -> str:
    """The results as Markdown."""
    head = ["Work", "vLLM, s", "sglc serve, s", "ratio", "median over best"]
    text = results.table(head, [each.cells() for each in found])
    times = results.geomean([each.ratio for each in found])
    text += f"\nGeometric mean: **{times:.2f}**.\n"
    return f"# Served\n\n{results.headline(environment)}\n{text}" + NOTES.format(**notes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serve_peers", description=main.__doc__
    )
    parser.add_argument("--vllm-url", required=True, help="the server, without /v1; its model `m`")
    parser.add_argument(
        "--vllm-pid", type=int, help="its process group, to be frozen between turns"
    )
    parser.add_argument("--model", help="folder of its model; the default model without it")
    parser.add_argument("--rows", default="", help="rows of `benchmarks.peers`; all without it")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--add", action="store_true", help="keep the other rows of earlier runs")
    parser.add_argument("--name", default="served", help="the files under benchmarks/results/")
    return parser.parse_args()


def main() -> int:
    """Ask both servers in turns and write `results/served.{json,md}`."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # on the way out our server is stopped
    model = resolve_model(options.model)
    names = options.rows.split(",") if options.rows else [row.name for row in ROWS]
    version = httpx.get(f"{options.vllm_url}/version").json()["version"]
    vllm = Side("vLLM", options.vllm_url, options.vllm_pid)
    found = _before(options.name) if options.add else {}
    with serving(model) as ours:
        try:
            for row in (row for row in ROWS if row.name in names):
                taken = measure(row, [vllm, ours], Material(model), options.repeats)
                found[row.name] = taken
                print(" | ".join(taken.cells()), file=sys.stderr, flush=True)
                _report([found[r.name] for r in ROWS if r.name in found], options, version)
        finally:
            vllm.thaw()
    return 0


def _before(name: str) -> dict[str, Found]:
    """The rows that the files hold already."""
    path = results.RESULTS / f"{name}.json"
    rows = json.loads(path.read_text())["rows"] if path.exists() else []
    known = {row.name: row for row in ROWS}
    return {
        row["name"]: Found(known[row["name"]], row["times"], row["load"])
        for row in rows
        if "load" in row
    }


def _report(found: list[Found], options: argparse.Namespace, version: str) -> None:
    environment = results.environment()
    load = f"{min(f.load for f in found):.0f} and {max(f.load for f in found):.0f}"
    text = page(found, environment, vllm=version, repeats=options.repeats, load=load)
    rows = [{"name": f.row.name, "times": f.times, "ratio": f.ratio, "load": f.load} for f in found]
    results.write(options.name, {"environment": environment, "vllm": version, "rows": rows}, text)


if __name__ == "__main__":
    sys.exit(main())
