"""The kernels between products: in the interpreter against torch's operations, and compiled for a device."""

from pathlib import Path

from .attention.test_triton import run

HERE = Path(__file__).parent


def test_the_kernels_equal_torchs_operations() -> None:
    cases = str(HERE / "interpreted_fused.py")
    out = run("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", cases, TRITON_INTERPRET="1")
    assert " passed" in out
    assert "skipped" not in out
