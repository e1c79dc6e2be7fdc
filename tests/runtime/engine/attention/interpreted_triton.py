"""The Triton kernels on the CPU, against the torch backend. Run by `test_interpreted.py`."""

import pytest
import torch

from sglc.runtime.engine.attention.base import LayerOptions
from sglc.runtime.engine.attention.torch_backend import TorchAttention
from sglc.runtime.engine.attention.triton_backend import TritonAttention

from .batches import Case, case

PLAIN = LayerOptions(scale=0.125)
SHAPES = [(9, 3, 64), (4, 4, 16), (8, 1, 32), (6, 2, 24)]  # heads, key heads, head size


def both(made: Case, options: LayerOptions, **settings: int) -> tuple[torch.Tensor, torch.Tensor]:
    ours, reference = TritonAttention(made.pool, **settings), TorchAttention(made.other_pool())
    outputs: list[torch.Tensor] = []
    for attention in (ours, reference):
        attention.plan(made.batch)
        outputs.append(attention.run(0, made.q, made.k, made.v, options))
    assert torch.equal(ours.pool.keys, reference.pool.keys)
    assert torch.equal(ours.pool.values, reference.pool.values)
    return outputs[0], outputs[1]


@pytest.mark.parametrize(("seed", "shape"), list(enumerate([*SHAPES, SHAPES[0]])))
def test_ragged_batches(seed: int, shape: tuple[int, int, int]) -> None:
    actual, expected = both(case(seed, *shape), PLAIN)
    torch.testing.assert_close(actual, expected, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("split", [16, 64])
@pytest.mark.parametrize("least_saved", [1, 10**9])
def test_splits_and_shared_stretches_merge_to_the_same(split: int, least_saved: int) -> None:
    actual, expected = both(case(7, 9, 3, 64), PLAIN, split=split, least_saved=least_saved)
    torch.testing.assert_close(actual, expected, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "options",
    [
        LayerOptions(0.125, window=5),
        LayerOptions(0.125, window=70),
        LayerOptions(0.125, softcap=2.0),
        LayerOptions(0.125, sinks=torch.linspace(-3, 3, 9)),
        LayerOptions(0.125, window=33, softcap=4.0, sinks=torch.linspace(0, 9, 9)),
    ],
    ids=["short window", "long window", "soft cap", "sinks", "all"],
)
@pytest.mark.parametrize("split", [None, 32])
def test_windows_soft_caps_and_sinks(options: LayerOptions, split: int | None) -> None:
    settings = {} if split is None else {"split": split, "least_saved": 1}
    actual, expected = both(case(11, 9, 3, 64), options, **settings)
    torch.testing.assert_close(actual, expected, atol=2e-5, rtol=1e-4)


def test_bfloat16() -> None:
    actual, expected = both(case(3, 9, 3, 64, torch.bfloat16), PLAIN, least_saved=1)
    torch.testing.assert_close(actual.float(), expected.float(), atol=0.02, rtol=0.02)


def test_a_plan_serves_every_layer_and_is_replaced_by_the_next() -> None:
    first, second = case(1, 4, 4, 16), case(2, 4, 4, 16)
    ours = TritonAttention(second.pool)
    ours.plan(first.batch)
    ours.plan(second.batch)
    options = LayerOptions(0.25, window=6)
    reference = TorchAttention(second.other_pool())
    reference.plan(second.batch)
    for layer_options in (options, PLAIN, options):
        actual = ours.run(0, second.q, second.k, second.v, layer_options)
        expected = reference.run(0, second.q, second.k, second.v, layer_options)
        torch.testing.assert_close(actual, expected, atol=2e-5, rtol=1e-4)
