"""How long it takes to compile a program, against its size: the curve should be close to a line.

    python -m benchmarks.compile_time [--sizes 300 1000 3000 10000]

Programs are made for the purpose: turns, text, values, calls, forks and branches in a row, as many as it
takes. Times are of `-O1` and planning, for text that is already lowered; the best of some runs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sglc.compiler.planner import plan
from sglc.ir.module import Module
from sglc.ir.target import Target
from sglc.ir.text.parser import parse_module
from sglc.passes.pipeline import pipeline
from sglc.passes.running.context import Context
from sglc.passes.running.runner import RunOptions, count_ops, run_pipeline

Clock = Callable[[], float]

_STEP = """  %t{n} = turn %p{n}, begin user
  %u{n} = text %t{n}, "Step {n}: look at "
  %v{n} = insert %u{n}, %document
  %w{n} = text %v{n}, " and say what follows."
  %x{n} = turn %w{n}, end user
  %a{n} = turn %x{n}, begin assistant
  %b{n}, %answer{n} = gen %a{n} (max_tokens=64) site "{n}a"
  %c{n} = turn %b{n}, end assistant
  %one{n}, %two{n} = fork arm {{
    %d{n} = turn %c{n}, begin user
    %e{n} = text %d{n}, "Judge step {n}. Is it true?"
    %f{n} = turn %e{n}, end user
    %g{n} = turn %f{n}, begin assistant
    _, %h{n} = gen %g{n} (max_tokens=8) site "{n}b"
    yield %h{n}
  }} arm {{
    %i{n} = turn %c{n}, begin user
    %j{n} = text %i{n}, "Judge step {n}. Is it new?"
    %k{n} = turn %j{n}, end user
    %l{n} = turn %k{n}, begin assistant
    _, %m{n} = gen %l{n} (max_tokens=8) site "{n}c"
    yield %m{n}
  }}
  %note{n} = format(%one{n}, ", ", %two{n})
  %same{n} = eq %one{n}, %two{n}
  %p{after} = if %same{n} {{
    %y{n} = turn %c{n}, begin user
    %z{n} = insert %y{n}, %note{n}
    %q{n} = turn %z{n}, end user
    yield %q{n}
  }} else {{
    yield %c{n}
  }}
"""


@dataclass(frozen=True)
class Timing:
    """One point of the curve: ops, and seconds for the passes and for planning."""

    ops: int
    passes: float
    planning: float

    @property
    def total(self) -> float:
        """What a build waits for."""
        return self.passes + self.planning


def program_of(ops: int) -> Module:
    """A program of about that many ops."""
    steps = max(1, ops // 30)
    lines = ["program @main(%document: str @request) -> str {", "  %p0 = root no_bos"]
    lines += [_STEP.format(n=n, after=n + 1).rstrip("\n") for n in range(steps)]
    lines += [f"  return %answer{steps - 1}", "}"]
    return parse_module("\n".join(lines) + "\n")


def measure(ops: int, repeats: int = 3, clock: Clock = time.perf_counter) -> Timing:
    """The best of some compilations of a program of that size."""
    module = program_of(ops)
    target = Target.estimating()
    found = [_once(module, target, clock) for _ in range(repeats)]
    return min(found, key=lambda timing: timing.total)


def _once(module: Module, target: Target, clock: Clock) -> Timing:
    started = clock()
    after = run_pipeline(module, pipeline(1), Context(target), RunOptions(verify=0))
    passed = clock()
    plan(after, target)
    return Timing(count_ops(module), passed - started, clock() - passed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the curve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 1_000, 3_000, 10_000])
    parser.add_argument("--cpu", action="store_true", help="CPU seconds, for a busy machine")
    options = parser.parse_args(arguments)
    sizes: list[int] = options.sizes
    clock = time.process_time if options.cpu else time.perf_counter
    print(f"{'ops':>8} {'passes':>9} {'planning':>9} {'total':>9} {'us/op':>7}")
    for size in sizes:
        found = measure(size, clock=clock)
        per_op = found.total / found.ops * 1e6
        times = f"{found.passes:8.3f}s {found.planning:8.3f}s {found.total:8.3f}s"
        print(f"{found.ops:8} {times} {per_op:7.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
