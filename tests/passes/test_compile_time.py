"""Compiling stays fast, and close to linear in the size of the program (CPU time, so that load does not matter)."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "compile_time.py"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compile_time_benchmark", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_program_of_1000_ops_compiles_in_half_a_second(benchmark: ModuleType):
    found = benchmark.measure(1_000, clock=time.process_time)

    assert found.ops > 900
    assert found.total < 0.5


def test_three_times_the_program_takes_little_more_than_three_times_as_long(benchmark: ModuleType):
    small, large = (benchmark.measure(size, clock=time.process_time) for size in (1_000, 3_000))

    assert large.total / small.total < 2 * large.ops / small.ops


@pytest.mark.slow
def test_a_program_of_10000_ops_compiles_in_six_seconds(benchmark: ModuleType):
    assert benchmark.measure(10_000, repeats=1, clock=time.process_time).total < 6.0
