"""The kernel of penalties on the CPU, against torch. Run by `test_interpreted.py`."""

from typing import Any

import pytest
import torch

from sglc.ir.sampling import Sampling
from sglc.runtime.engine.penalties import count, counts_of, penalize

KINDS: list[dict[str, Any]] = [
    {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.5, "frequency_penalty": 0.4},
    {"presence_penalty": -0.7},
    {"frequency_penalty": -0.2, "presence_penalty": 1.5, "repetition_penalty": 2.0},
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("vocab", [7, 1024, 3001])
def test_one_kernel_does_what_torch_does(vocab: int, dtype: torch.dtype) -> None:
    """Rows with penalties among rows without, which stay as they are."""
    torch.manual_seed(vocab)
    logits = (torch.randn(9, vocab) * 4).to(dtype)
    logits[3, :2] = float("-inf")  # banned
    places, samplings = [1, 3, 4, 8], [Sampling(**kind) for kind in KINDS]
    said = torch.randint(vocab, (4, 2, 20)).int().numpy()
    counts = [counts_of(said[i, 0], said[i, 1], vocab, logits.device) for i in range(4)]
    others = [each.clone() for each in counts]
    for _ in range(12):
        tokens = torch.randint(vocab, (9,))
        count(tokens, places, counts)
        count(tokens, places, others, in_one_kernel=True)
    for each, other, (prompt, generated) in zip(counts, others, said, strict=True):
        assert torch.equal(each, other)
        assert int((each >> 1).sum()) == 12 + len(generated)
        assert set((each % 2).nonzero()[:, 0].tolist()) == set(prompt.tolist())
    plain, fused = logits.clone(), logits.clone()
    penalize(plain, places, counts, samplings)
    penalize(fused, places, counts, samplings, in_one_kernel=True)
    assert torch.allclose(plain.float(), fused.float(), rtol=1e-2 if dtype.itemsize == 2 else 1e-5)
    untouched = [row for row in range(9) if row not in places]
    assert torch.equal(fused[untouched], logits[untouched])
    assert not torch.equal(fused[places], logits[places])
