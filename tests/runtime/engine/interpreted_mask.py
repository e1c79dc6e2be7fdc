"""The kernel of masks on the CPU, against the bits one by one. Run by `test_interpreted.py`."""

import numpy as np
import pytest
import torch

from sglc.runtime.engine.grammar.mask_kernel import launch
from sglc.runtime.engine.grammar.protocol import is_allowed


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(("vocab", "more"), [(7, 0), (32, 0), (4096, 0), (5003, 0), (100, 33)])
def test_masks_where_the_rows_lie(vocab: int, more: int, dtype: torch.dtype) -> None:
    """Some rows of a matrix that may be wider than the vocabulary, or than its masks."""
    rng = np.random.default_rng(vocab)
    logits = torch.randn(6, vocab + more).to(dtype)
    rows = [1, 2, 5]
    bits = rng.integers(-(1 << 31), 1 << 31, (3, (vocab + 31) // 32), dtype=np.int32)
    bits[1] = -1
    wanted = logits.clone()
    masked = min(vocab + more, 32 * bits.shape[1])
    for row, mine in zip(rows, bits, strict=True):
        banned = [token for token in range(masked) if not is_allowed(mine, token)]
        wanted[row, banned] = float("-inf")
    launch(logits, bits, rows)
    assert torch.equal(logits, wanted)
    assert not logits[2].isinf().any()
    assert logits[5].isinf().any()
