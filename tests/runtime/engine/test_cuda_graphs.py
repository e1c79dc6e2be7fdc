"""Decode graphs: sizes, padding and refilling on the CPU in the interpreter; on a device, against the plain step."""

from pathlib import Path

import torch

from sglc.runtime.engine.attention.torch_backend import TorchAttention
from sglc.runtime.engine.cuda_graphs import decode_graphs
from sglc.runtime.engine.loading import load_model

from .attention.batches import case
from .attention.test_triton import run

HERE = Path(__file__).parent


def test_fixed_plans_in_the_interpreter() -> None:
    cases = str(HERE / "interpreted_graphs.py")
    out = run("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", cases, TRITON_INTERPRET="1")
    assert " passed" in out


def test_a_cpu_has_no_graphs(tiny: Path) -> None:
    model = load_model(tiny, torch.float32, torch.device("cpu"))
    pool = case(1, 4, 4, 16).pool
    assert decode_graphs(model, pool, TorchAttention(pool)) is None
