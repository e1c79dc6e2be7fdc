"""Our Triton kernels on the CPU: Triton's interpreter runs them, in one process of its own for all of them.

Triton decides when a kernel is decorated whether it is interpreted, and loading it takes seconds.
"""

from collections import Counter
from pathlib import Path

from .attention.test_triton import run

HERE = Path(__file__).parent
FILES = sorted([*HERE.glob("interpreted_*.py"), *HERE.glob("attention/interpreted_*.py")])


def test_every_kernel_is_what_torch_computes() -> None:
    cases = map(str, FILES)
    out = run("-m", "pytest", "-v", "-x", "-p", "no:cacheprovider", *cases, TRITON_INTERPRET="1")
    tests = [line for line in out.splitlines() if ".py::" in line and line.endswith("%]")]
    passed = Counter(line.partition("::")[0] for line in tests if " PASSED" in line)
    assert {Path(file).name for file in passed} == {file.name for file in FILES}
    assert passed.total() == len(tests)
