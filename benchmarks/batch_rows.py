"""What a row of a batch costs besides its calls: seconds and bytes, for inputs of 1,000 to 1,000,000 rows.

    python -m benchmarks.batch_rows [ROWS ...]

Each size runs in a process of its own, through `sglc run`'s own path: a file of rows, a journal, an output. The
backend answers at once and keeps nothing, so that what is measured is ours. Then the finished run is resumed, and one
in which the last row is missing.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sglc.compiler.driver.compilation import compile_file
from sglc.compiler.running.batches import Batch, journal_path, run_batch
from sglc.compiler.running.execution import Job
from sglc.runtime.backend import (
    Capabilities,
    Completion,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectReply,
    SelectRequest,
    Usage,
)
from sglc.runtime.batch.reading import RowFile

SIZES = (1_000, 10_000, 100_000, 1_000_000)
PROGRAM = """\
program label(text: str) -> str:
    "{text}:"
    answer = gen(max_tokens=4)
    return answer
"""


class Instant:
    """A backend that answers at once."""

    name = "instant"
    capabilities = Capabilities()

    async def generate(self, request: GenRequest) -> GenReply:
        """The same two tokens, always."""
        done = Completion((5, 6), (5, 6), " fine", "length")
        return GenReply((done,) * len(request.seeds), Usage(prompt=len(request.ids)))

    async def select(self, request: SelectRequest) -> SelectReply:
        """The same for all choices."""
        return SelectReply(tuple((0.0,) * len(choice) for choice in request.choices), Usage())

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Nothing to do."""
        return Usage()

    def hint(self, hint: Retain | Release) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing to close."""


def rows_file(path: Path, count: int) -> None:
    """Short rows, a hundred different beginnings."""
    with path.open("w", encoding="utf-8") as stream:
        for n in range(count):
            stream.write(json.dumps({"text": f"Kind {n * 7919 % 100}, number {n}"}) + "\n")


def measure(folder: Path) -> dict[str, float]:
    """One run over the rows of a folder, in this process: seconds, and the most memory it had."""
    (folder / "label.sgl").write_text(PROGRAM, encoding="utf-8")
    build = compile_file(folder / "label.sgl", model="estimate")
    program = build.plan.programs[0]
    job = Job(plan=build.plan, choice=build.choice, program=program.name, rows=[], is_kept=False)
    output = folder / "out.jsonl"
    before, started, used = _peak(), time.monotonic(), time.process_time()
    resume = journal_path(output).exists()
    with RowFile.open(folder / "rows.jsonl", program) as rows:
        run_batch(job, Instant(), Batch(rows, output, resume))
    seconds, cpu = time.monotonic() - started, time.process_time() - used
    return {"seconds": seconds, "cpu": cpu, "before": before, "peak": _peak()}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(sizes: tuple[int, ...]) -> None:
    """Measure each size in a process of its own."""
    print("rows       seconds  CPU s    rows per CPU s  peak MB  bytes/row  resumed s", flush=True)
    for count in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            rows_file(folder / "rows.jsonl", count)
            first, again = (_apart(folder) for _ in range(2))
        grown = first["peak"] - first["before"]
        speed = f"{first['seconds']:<8.1f} {first['cpu']:<8.1f} {count / first['cpu']:<15,.0f}"
        memory = f"{first['peak'] / 1e6:<8.0f} {grown / count:<10,.0f}"
        print(
            f"{count:<10,} {speed} {memory} {again['seconds']:.2f}",
            flush=True,
        )


def _apart(folder: Path) -> dict[str, float]:
    words = [sys.executable, "-m", "benchmarks.batch_rows", "--in", str(folder)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--in"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
