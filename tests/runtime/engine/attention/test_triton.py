"""The Triton backend: its tiles, its kernels in the interpreter, and whether they compile for a real device.

Triton decides when a kernel is decorated whether it is interpreted, so both run in processes of their own.
"""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sglc.runtime.engine.attention import triton_tiles as tiles
from sglc.runtime.engine.attention.stretches import Stretch, by_row, stretches

from .batches import case

pytest.importorskip("triton")

HERE = Path(__file__).parent
ROOT = HERE.parents[3]


def run(*command: str, **environment: str) -> str:
    given = {
        k: v
        for k, v in os.environ.items()
        if k != "TRITON_INTERPRET" and not k.startswith("PYTEST")
    }
    given |= {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1", **environment}
    done = subprocess.run(
        [sys.executable, *command],
        env=given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_kernels_equal_the_torch_backend() -> None:
    cases = str(HERE / "interpreted_triton.py")
    out = run("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", cases, TRITON_INTERPRET="1")
    assert " passed" in out
    assert "skipped" not in out


def test_the_kernels_compile_for_a_device(tmp_path: Path) -> None:
    out = run(str(HERE / "compiled_triton.py"), TRITON_CACHE_DIR=str(tmp_path))
    assert out.strip() == "compiled"


@pytest.mark.parametrize(("block", "split"), [(1, 7), (5, 16), (21, 1000)])
@pytest.mark.parametrize("least_saved", [1, 10**9])
def test_tiles_cover_every_visible_pair_once(block: int, split: int, least_saved: int) -> None:
    batch = case(5, 4, 4, 16).batch
    found = stretches(batch, batch.grouped(least_saved))
    cut = tiles.cut(found, block, split)
    assert cut.count.max() <= block
    assert (cut.end - cut.begin).max() <= split
    seen: dict[int, list[int]] = {row: [] for row in range(batch.tokens)}
    for start, count, offset, begin, end in zip(
        cut.start, cut.count, cut.offset, cut.begin, cut.end, strict=True
    ):
        for part in range(start, start + count):
            stop = min(end, cut.limits[part] + 1)
            seen[int(cut.rows[part])] += [int(s) for s in cut.slots[offset + begin : offset + stop]]
    for i, segment in enumerate(batch.segments):
        context = [*batch.whole.private[i], *segment.slots]
        for j in range(len(segment.ids)):
            visible = context[: len(batch.whole.private[i]) + j + 1]
            assert sorted(seen[int(batch.offsets[i]) + j]) == sorted(visible)


def test_parts_are_listed_by_row() -> None:
    begin, order = by_row(np.array([2, 0, 2, 3], dtype=np.int32), 5)
    lists = [list(order[a:b]) for a, b in itertools.pairwise(begin)]
    assert lists == [[1], [], [0, 2], [3], []]


def test_the_split_is_as_long_as_keeps_the_device_busy() -> None:
    keys = np.zeros(8192, dtype=np.int32)
    one = [Stretch(np.zeros(1, np.int32), np.full(1, 8191, np.int32), keys)]
    assert tiles.choose_split(one, 5, kv_heads=1, processors=1) == 8192
    assert tiles.choose_split(one, 5, kv_heads=1, processors=8) == 1024
    assert tiles.choose_split(one, 5, kv_heads=2, processors=132) == tiles.LEAST_SPLIT


def test_a_cpu_without_the_interpreter_is_refused() -> None:
    code = "from tests.runtime.engine.attention.batches import case\n"
    code += "from sglc.runtime.engine.attention.base import AttentionUnsupported\n"
    code += "from sglc.runtime.engine.attention.triton_backend import TritonAttention\n"
    code += "try: TritonAttention(case(0, 4, 4, 16).pool)\n"
    code += "except AttentionUnsupported as error: print(error)"
    assert "`torch`" in run("-c", code)
