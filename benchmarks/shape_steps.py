"""Processor time of steps for models of several shapes, on one thread, beside what that thread could do at best.

    python -m benchmarks.shape_steps SHAPE [--models FOLDER]       a shape of `shapes`, which writes their models

What a busy machine can still measure: other processes take a thread's time, and its processor time hardly changes. The
floor is `floors`', from rates that are taken in the same way in the same run. Shapes are measured one by one; the page
has what there is.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch

from sglc.runtime.engine.options import EngineOptions, build_engine
from sglc.runtime.models.folders import resolve_model

from . import floors, results
from .shapes import DEFAULT, SHAPES
from .steps import Bench

NAME = "shape_steps"
ROWS, CONTEXT, TOKENS, PROMPT = (1, 8, 32), 40, 14, 512

NOTE = f"""
Milliseconds of processor time on one thread, bfloat16: the least decode step of unrelated rows with about {CONTEXT}
tokens of context each, and a prompt of {PROMPT} tokens. In brackets: times the floor, the least that the thread could
take at the rates in the last column. Weights are random but SmolLM2's. Other processes ran beside.

"""


def measure(model: str | None) -> dict[str, Any]:
    """Steps of one shape."""
    torch.set_num_threads(1)
    machine, size = floors.measure_one_thread(), floors.Size.of(resolve_model(model))
    bench = Bench(build_engine(EngineOptions(model_path=model, kv_cache_tokens=8000, threads=1)))
    bench.prefill(100)
    clock = time.thread_time
    taken = {n: min(bench.decode(n, CONTEXT, TOKENS, clock) for _ in range(2)) for n in ROWS}
    prompt = min(bench.prefill(PROMPT, clock) for _ in range(2))
    machine = machine.best(floors.measure_one_thread())
    steps = [(f"{n} rows", taken[n], floors.decode(n, 1, CONTEXT)) for n in ROWS]
    steps.append((f"prompt of {PROMPT}", prompt, floors.prefill(PROMPT)))
    rows = [
        {"name": name, "taken": seconds, "floor": step.seconds(size, machine)}
        for name, seconds, step in steps
    ]
    return {"rows": rows, "machine": str(machine)}


def page(data: dict[str, Any]) -> str:
    """The results as Markdown."""
    head = [
        "",
        *(row["name"] for row in next(iter(data["shapes"].values()))["rows"]),
        "rates of one thread",
    ]
    lines = [
        [
            shape,
            *(f"{r['taken'] * 1e3:.1f} ({r['taken'] / r['floor']:.2f})" for r in found["rows"]),
            found["machine"],
        ]
        for shape, found in data["shapes"].items()
    ]
    return f"# Steps of several shapes\n\n{results.headline(data['environment'])}{NOTE}{results.table(head, lines)}"


def main() -> None:
    """Measure a shape and write what there is of all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shape_steps", description=__doc__)
    parser.add_argument("shape", choices=[DEFAULT, *SHAPES])
    parser.add_argument("--models", type=Path)
    options = parser.parse_args()
    model = None if options.shape == DEFAULT else str(options.models / options.shape)
    found = measure(model)
    file = results.RESULTS / f"{NAME}.json"
    data: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"shapes": {}}
    data["environment"] = results.environment()
    data["shapes"][options.shape] = found
    results.write(NAME, data, page(data))
    print(page(data))


if __name__ == "__main__":
    main()
