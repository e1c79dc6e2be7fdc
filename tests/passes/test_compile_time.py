"""Compiling stays fast, and close to linear in the size of the program (CPU time, so that load does not matter)."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sglc.compiler.driver.compilation import Options, compile_module
from sglc.compiler.driver.targets import choose_target
from sglc.ir.span import Source
from sglc.lang.compile import compile_source

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


def _ifs(count: int) -> str:
    arms = (
        f'    if q == "{i}":\n        "Yes {i}. "\n        b = gen(max_tokens=2)\n        a = b\n'
        f'    else:\n        "No {i}. "\n'
        for i in range(count)
    )
    return f'program main(q: str) -> str:\n    a = ""\n{"".join(arms)}    return a\n'


def _forks(count: int) -> str:
    forks = (
        f'    fork x in xs:\n        "F{i} {{x}} "\n        a{i} = gen(max_tokens=2)\n    "t{i} {{len(a{i})}}"\n'
        for i in range(count)
    )
    return f'program main(xs: list[str]) -> str:\n    "H"\n{"".join(forks)}    z = gen()\n    return z\n'


def _arms(count: int) -> str:
    arms = (
        f'        arm:\n            "Arm {i}: "\n            a{i} = gen(max_tokens=3)\n'
        for i in range(count)
    )
    return f'program main(q: str) -> str:\n    "H {{q}} "\n    parallel:\n{"".join(arms)}    return a0\n'


def _sections(count: int) -> str:
    sections = (f'        section: "{i}. fact {{q}} "\n' for i in range(count))
    return f"program main(q: str) -> str:\n    unordered:\n{''.join(sections)}    a = gen()\n    return a\n"


def _loops(depth: int) -> str:
    loops = (
        f'{"    " * (i + 1)}for x{i} in xs:\n{"    " * (i + 2)}"In {{x{i}}}. "\n'
        for i in range(depth)
    )
    inner = "    " * (depth + 1)
    body = f"{''.join(loops)}{inner}b = gen()\n{inner}a = b\n"
    return f'program main(xs: list[str]) -> str:\n    a = ""\n{body}    return a\n'


def _seconds(text: str) -> float:
    """CPU seconds from a checked module to its plan."""
    module, diagnostics = compile_source(Source("scale.sgl", text))
    assert module is not None, diagnostics
    started = time.process_time()
    compile_module(module, Options(entry="main"), choose_target("estimate"))
    return time.process_time() - started


@pytest.mark.parametrize(
    "shape", [_ifs, _forks, _arms, _sections], ids=lambda shape: shape.__name__
)
def test_no_shape_grows_with_its_square(shape: Callable[[int], str]):
    """Four times the program: n log n makes it less than five times the time, the square sixteen times."""
    _seconds(shape(20))
    small, large = min(_seconds(shape(100)) for _ in range(3)), _seconds(shape(400))

    assert large / small < 8


def test_nested_loops_cost_no_more_than_their_ops():
    """Twice the depth is a program of twice the size; it was 2 to the power of the depth."""
    small, large = min(_seconds(_loops(8)) for _ in range(3)), _seconds(_loops(24))

    assert large / small < 12
