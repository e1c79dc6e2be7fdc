"""The Triton backend: its tiles, its kernels in the interpreter, and whether they compile for a real device.

Triton decides when a kernel is decorated whether it is interpreted, so both run in processes of their own.
"""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sglc.runtime.engine.attention import triton_tiles as tiles
from sglc.runtime.engine.attention.stretches import Stretch, by_row, stretches
from sglc.runtime.engine.attention.triton_static import Layout

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


@pytest.mark.parametrize("variants", ["some", pytest.param("all", marks=pytest.mark.slow)])
def test_the_kernels_compile_for_a_device(tmp_path: Path, variants: str) -> None:
    out = run(str(HERE / "compiled_triton.py"), variants, TRITON_CACHE_DIR=str(tmp_path))
    told = out.splitlines()
    assert told[-1] == "compiled"
    assert len(told) > (25 if variants == "all" else 15)
    assert all(" 0 spilled" in line for line in told[:-1])


def test_steps_need_no_variant_of_a_kernel_that_the_start_did_not_and_wait_for_nothing() -> None:
    """Of the whole model and of sampling; a variant more is a stall of up to seconds, in the middle of serving.

    Attention has one per tile size and way out, sampling one for the model's numbers and one for float32.
    """
    out = run("-m", "tests.runtime.engine.attention.counted_variants")
    little, start, after = json.loads(out)
    attention = {"store_kernel": 1, "attend_kernel": 4, "merge_kernel": 1}
    between = {"add_norm_kernel": 1, "rotate_kernel": 1, "gate_kernel": 1}
    sampling = {"draw_kernel": 2, "mask_kernel": 2, "penalties_kernel": 1, "count_kernel": 1}
    assert little == start == after == attention | between | sampling


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


def stretch(rows: int, keys: int) -> Stretch:
    limits = np.full(rows, keys - 1, np.int32)
    return Stretch(np.arange(rows, dtype=np.int32), limits, np.zeros(keys, dtype=np.int32))


@pytest.mark.parametrize("wanted", [1, 33, 264])
@pytest.mark.parametrize(
    "found",
    [
        [stretch(1, 32_000), *(stretch(1, 900) for _ in range(16))],
        [stretch(64, 8192), *(stretch(1, 100) for _ in range(64))],
        [stretch(1, 70)],
        [stretch(1, 8192)],
        [stretch(2000, 2000)],
    ],
    ids=["one long row", "arms", "short", "alone", "prefill"],
)
def test_tiles_share_the_work(found: list[Stretch], wanted: int) -> None:
    """However the work lies among stretches, no tile has much more than its share of it, and they are not many."""
    block = 16
    cut = tiles.cut(found, block, tiles.share_of_work(found, block, wanted))
    blocks = [-(-len(s.rows) // block) for s in found]
    work = sum(n * len(s.keys) for n, s in zip(blocks, found, strict=True))
    assert len(cut.start) <= sum(blocks) + wanted
    assert (cut.end - cut.begin).max() <= max(tiles.LEAST_SPLIT, work / wanted + tiles.STEP)


def test_the_tiles_of_a_block_are_about_equally_long() -> None:
    cut = tiles.cut([stretch(1, 1030)], 16, 1024)
    assert (cut.end - cut.begin).tolist() == [576, 454]


@pytest.mark.parametrize("group", [1, 4, 9])
def test_decode_steps_fit_their_layout(group: int) -> None:
    """Any tree over the rows of a decode step has room, on any device, as long as paths are not deep."""
    rng = np.random.default_rng(group)
    for wanted, rows in itertools.product((1, 33, 264), (1, 5, 64, 256)):
        found = [stretch(1, int(rng.integers(1, 9000))) for _ in range(rows)]
        left = rows
        while left > 1:  # shared by ever fewer
            found.append(stretch(left, int(rng.integers(1, 20_000))))
            left = int(left * rng.uniform(0.2, 0.8))
        layout = Layout.of(rows, 1 << 20, wanted, max(64 // group, 1))
        for least, most, block in ((0, 16 // group, 16), (16 // group, 1 << 30, 64)):
            some = [s for s in found if least < len(s.rows) <= max(most, 1)]
            size = max(block // group, 1)
            cut = tiles.cut(some, size, tiles.share_of_work(some, size, wanted))
            assert len(cut.start) <= layout.tiles
            assert cut.parts <= layout.parts


def test_a_cpu_without_the_interpreter_is_refused() -> None:
    code = "from tests.runtime.engine.attention.batches import case\n"
    code += "from sglc.runtime.engine.attention.base import AttentionUnsupported\n"
    code += "from sglc.runtime.engine.attention.triton_backend import TritonAttention\n"
    code += "try: TritonAttention(case(0, 4, 4, 16).pool)\n"
    code += "except AttentionUnsupported as error: print(error)"
    assert "`torch`" in run("-c", code)
