"""Single steps of models of several shapes: processor time on one thread, the clock on all cores, and their floors.

    python -m benchmarks.shape_steps SHAPE [--models FOLDER]       a shape of `shapes`, which writes their models

What a busy machine can still measure: other processes take a thread's time, and its processor time hardly changes; and
of many steps of milliseconds the least one had the cores to itself. The floors are `floors`', from rates that are taken
in the same way in the same run. Shapes are measured one by one; the page has what there is.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from sglc.runtime.engine.options import EngineOptions, build_engine
from sglc.runtime.models.folders import resolve_model

from . import floors, rates, results
from .shapes import DEFAULT, SHAPES
from .steps import Bench

NAME = "shape_steps"
ROWS, CONTEXT, TOKENS, PROMPT = (1, 8, 32), 40, 14, 512

NOTE = f"""
Milliseconds, bfloat16: the least decode step of unrelated rows with about {CONTEXT} tokens of context each, and a
prompt of {PROMPT} tokens. In brackets: times the floor, the least that could be taken at the rates in the last column.
Weights are random but SmolLM2's. Other processes ran beside: the first table, of processor time, hardly shows it, in
the second they lengthen what is long.

"""


def measure(model: str | None) -> dict[str, Any]:
    """Steps of one shape: on one thread, and under `both` on all cores."""
    cores = torch.get_num_threads()
    engine = build_engine(EngineOptions(model_path=model, kv_cache_tokens=8000, threads=cores))
    bench, size = Bench(engine), floors.Size.of(resolve_model(model))
    if engine.parts.kernels is None:
        raise SystemExit("the C kernels don't run this model here")
    bench.prefill(100)
    both = _steps(bench, size, time.perf_counter, rates.measure)
    engine.parts.kernels.use_threads(1)
    torch.set_num_threads(1)
    return {**_steps(bench, size, time.thread_time, rates.measure_one_thread), "both": both}


def _steps(
    bench: Bench,
    size: floors.Size,
    clock: Callable[[], float],
    look: Callable[[], floors.Machine],
) -> dict[str, Any]:
    machine = look()
    taken = {n: min(bench.decode(n, CONTEXT, TOKENS, clock) for _ in range(2)) for n in ROWS}
    prompt = min(bench.prefill(PROMPT, clock) for _ in range(2))
    machine = machine.best(look())
    steps = [(f"{n} rows", taken[n], floors.decode(n, 1, CONTEXT)) for n in ROWS]
    steps.append((f"prompt of {PROMPT}", prompt, floors.prefill(PROMPT)))
    rows = [
        {"name": name, "taken": seconds, "floor": step.seconds(size, machine)}
        for name, seconds, step in steps
    ]
    return {"rows": rows, "machine": str(machine)}


def page(data: dict[str, Any]) -> str:
    """The results as Markdown."""
    text = f"# Steps of several shapes\n\n{results.headline(data['environment'])}{NOTE}"
    one: dict[str, Any] = data["shapes"]
    both = {shape: found["both"] for shape, found in one.items() if "both" in found}
    text += f"## One thread, its processor time\n\n{_table(one)}"
    return text + (f"\n## All cores, by the clock\n\n{_table(both)}" if both else "")


def _table(shapes: dict[str, Any]) -> str:
    head = ["", *(row["name"] for row in next(iter(shapes.values()))["rows"]), "rates"]
    lines = [
        [
            shape,
            *(f"{r['taken'] * 1e3:.1f} ({r['taken'] / r['floor']:.2f})" for r in found["rows"]),
            found["machine"],
        ]
        for shape, found in shapes.items()
    ]
    return results.table(head, lines)


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
