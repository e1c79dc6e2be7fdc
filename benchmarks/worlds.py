"""The four worlds of every example program and workload, and what each pass is worth: writes docs/worlds.md.

Runs on the hash model with the default model's tokenizer, so every figure is a count and repeats exactly; times are
those of a virtual clock. `python -m benchmarks.worlds --check` fails when the page is out of date.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from sglc.compiler.driver.compilation import Build, Options, compile_module, load
from sglc.compiler.driver.targets import choose_target
from sglc.compiler.running.execution import Job, execute_job
from sglc.ir.structure import walk
from sglc.passes.pipeline import PASSES
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.batch.rows import rows_of
from sglc.runtime.trace.worlds import worlds

from .batch_orders import HEAD, order_rows
from .results import table
from .scenarios import CATALOGUE, EXAMPLE_SCENARIOS, WORKLOADS, Scenario

PAGE = Path(__file__).resolve().parents[1] / "docs" / "worlds.md"
SEED = 11


@dataclass(frozen=True)
class Figures:
    """One run in tokens, calls, decode steps, virtual seconds and operations of the program."""

    stateless: int
    alone: int
    prefilled: int
    bound: int
    predicted: int
    calls: int
    steps: int
    seconds: float
    ops: int
    failed: int


def build(scenario: Scenario, level: int = 1, disabled: Sequence[str] = ()) -> Build:
    """The scenario's program, compiled."""
    module, warnings = load(scenario.file)
    options = Options(level=level, disabled=disabled, entry=scenario.entry)
    return compile_module(module, options, choose_target(), warnings, str(scenario.file))


def measure(scenario: Scenario, level: int = 1, disabled: Sequence[str] = ()) -> Figures:
    """Compile the scenario's program and run its rows on the hash model."""
    made = build(scenario, level, disabled)
    program = next(p for p in made.plan.programs if p.name == made.plan.entry)
    rows = rows_of([dict(row) for row in scenario.rows], program)
    backend = MockBackend(made.choice.target)
    job = Job(
        plan=made.plan,
        choice=made.choice,
        program=program.name,
        rows=rows,
        hosts=scenario.hosts,
        seed=SEED,
    )
    outcome = execute_job(job, backend)
    found = worlds(outcome.trace.requests)
    asked = outcome.trace.calls
    return Figures(
        found.stateless,
        found.cache_alone,
        found.compiled,
        found.lower_bound,
        sum(call.predicted_cached or 0 for call in asked),
        len(asked),
        sum(call.decoded for call in asked),
        backend.clock(),
        sum(1 for each in made.module.programs for _ in walk(each.body)),
        len(outcome.failed),
    )


def world_rows(scenarios: Sequence[Scenario]) -> Iterator[list[str]]:
    """A row of the table for each scenario: the first two worlds are those of the program as written."""
    for scenario in track(scenarios, "worlds", console=_console()):
        written, compiled = measure(scenario, level=0), measure(scenario)
        share = 100 * (1 - compiled.prefilled / written.stateless)
        counts = (written.stateless, written.alone, compiled.prefilled, compiled.bound)
        yield [
            scenario.name,
            str(len(scenario.rows)),
            str(compiled.calls),
            *(f"{count:,}" for count in counts),
            f"{share:.0f}%",
        ]


def ablation_rows(scenarios: Sequence[Scenario]) -> Iterator[list[str]]:
    """A row for each pass that can be switched off: what is lost without it, over all scenarios."""
    whole = {scenario.name: measure(scenario) for scenario in scenarios}
    names = list(dict.fromkeys(step.name for lowest, step in PASSES if lowest == 1))
    for name in track(names, "ablation", console=_console()):
        without = {scenario.name: measure(scenario, disabled=(name,)) for scenario in scenarios}
        changed = [n for n in whole if without[n] != whole[n]]
        yield [name, str(len(changed)), *_lost(list(whole.values()), list(without.values()))]


def _lost(whole: list[Figures], without: list[Figures]) -> Iterator[str]:
    for field in ("prefilled", "predicted", "calls", "steps", "ops"):
        lost = sum(
            getattr(b, field) - getattr(a, field) for a, b in zip(whole, without, strict=True)
        )
        yield f"{lost:+,}" if lost else "0"
    seconds = sum(b.seconds - a.seconds for a, b in zip(whole, without, strict=True))
    yield f"{seconds:+.2f}" if abs(seconds) >= 0.005 else "0"


def page() -> str:
    """The whole page."""
    head = (
        "program",
        "rows",
        "calls",
        "stateless",
        "prefix cache alone",
        "compiled",
        "lower bound",
        "shared",
    )
    counted = (
        "prefilled",
        "cached, as predicted",
        "calls",
        "decode steps",
        "operations",
        "seconds",
    )
    passes = ("without", "programs changed", *counted)
    every = (*EXAMPLE_SCENARIOS, *WORKLOADS)
    target = choose_target().target.name.split(".")[0]
    return f"""\
# Four worlds

Written by `python -m benchmarks.worlds`. Tokens that a model must prefill for the same calls, counted on the hash
model with the tokenizer of {target}, so that every figure repeats exactly.

- *stateless*: every call sends and prefills its whole prompt.
- *prefix cache alone*: the program as written, on an engine that keeps every prefix for ever; calls that arrive
  together do not find each other.
- *compiled*: what a compiled run prefills, over all of its rows.
- *lower bound*: every position of the prefix tree of its calls that some call needs, once.

## The example programs

{table(head, list(world_rows(EXAMPLE_SCENARIOS)))}
## Four workloads

{table(head, list(world_rows(WORKLOADS)))}
## The order of a batch

`examples/catalogue.sgl` over the {len(CATALOGUE.rows)} rows of `examples/data/products.jsonl`: fields whose order is
free, most of which many products have in common. Tokens to prefill with a cache that holds the last prompt alone,
rows as they come and in order, and with one that keeps everything. `sglc run --input` fixes an order of the fields
for each row, once from the whole input.

{table(HEAD, list(order_rows(CATALOGUE, build(CATALOGUE, 0), build(CATALOGUE))))}
## What each pass is worth

What it costs to leave a pass out (`--disable PASS`), summed over all of the above; 0 means no difference. `cached, as
predicted` are the tokens that the plan can promise to be cached, before anything runs. Seconds are those of a virtual
clock: 0.1 ms for a prefilled token, 10 ms for a decode step. Three passes are about something that is not counted here:
`plan-retention` about memory (`python -m benchmarks.retention` shows the evictions that it avoids), `insert-prefetch`
about the first answer after a load or a host call (`python -m benchmarks.first_token`), and `fold-constants` and
`eliminate-dead` make the program that the others read smaller. The examples ask nothing twice and nothing for nobody;
what is saved in programs that do is in [gains_passes.md](../benchmarks/results/gains_passes.md).

{table(passes, list(ablation_rows(every)))}"""


def _console():
    from rich.console import Console

    return Console(stderr=True)


def main() -> None:
    """Write the page, or with `--check` compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is out of date")
    arguments = parser.parse_args()
    with contextlib.chdir(PAGE.parents[1]):
        text = page()
    if arguments.check:
        sys.exit(0 if text == PAGE.read_text("utf-8") else f"{PAGE} is out of date")
    PAGE.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
