"""Stage 5, on a visit of its own: FlashInfer's kernels of the second generation, beside ours and beside the third's.

On a CPU the library can't run; its stage then says so and nothing else.
"""

from importlib.util import find_spec
from typing import Any

import torch

from sglc.runtime.engine.attention import flashinfer_backend
from sglc.runtime.engine.attention.base import LayerOptions
from sglc.runtime.engine.attention.flashinfer_backend import LEAST_SAVED, FlashInferAttention
from sglc.runtime.engine.batch import Batch
from sglc.runtime.engine.toolchain import missing_tools

from .record import Record
from .rig import UNSHARED, Rig


def measure(record: Record, rig: Rig) -> None:
    """One layer of attention over the same batches, by both backends."""
    if rig.device.type != "cuda" or find_spec("flashinfer") is None:
        record.add(
            "flashinfer", skipped="no device, or not installed", lacks=missing_tools("flashinfer")
        )
        return
    scale = rig.scale
    shared = rig.arms(scale.arms, scale.prefix, own=64)
    chunk = rig.prompt(scale.chunks[-1])
    plain = rig.rows([scale.contexts[0]] * 64)
    assert plain is not None
    for name, batch in {"decode": plain, "arms": shared, "prefill": chunk}.items():
        _compare(record, rig, name, batch)
    flashinfer_backend.KERNELS = "fa3"  # does it pay for long prompts?
    record.add("long prefill by fa3", ms=_milliseconds(rig, FlashInferAttention(rig.pool), chunk))


def _compare(record: Record, rig: Rig, name: str, batch: Batch) -> None:
    times = {
        "triton": rig.attention,
        "triton_unshared": rig.unshared,
        "fa2": FlashInferAttention(rig.pool, LEAST_SAVED),
        "fa2_unshared": FlashInferAttention(rig.pool, UNSHARED),
    }
    outs = {kind: _layer(rig, attention, batch) for kind, attention in times.items()}
    far = max(float((out - outs["triton"]).abs().max()) for out in outs.values())
    told = {f"{kind}_ms": _milliseconds(rig, attention, batch) for kind, attention in times.items()}
    record.add(name, **told, furthest_apart=far)


def _milliseconds(rig: Rig, attention: Any, batch: Batch) -> float:
    """One layer, planned before."""
    _layer(rig, attention, batch)
    q, k, v = _inputs(rig, batch)
    return rig.seconds(lambda: attention.run(0, q, k, v, _options(rig))) * 1e3


def _layer(rig: Rig, attention: Any, batch: Batch) -> torch.Tensor:
    with torch.inference_mode():
        attention.plan(batch)
        return attention.run(0, *_inputs(rig, batch), _options(rig)).float()


def _options(rig: Rig) -> LayerOptions:
    return LayerOptions(rig.scale.shape.head_dim**-0.5)


def _inputs(rig: Rig, batch: Batch) -> tuple[torch.Tensor, ...]:
    shape = rig.scale.shape
    torch.manual_seed(1)
    heads = (shape.heads, shape.kv_heads, shape.kv_heads)
    return tuple(
        torch.randn(batch.tokens, n, shape.head_dim, dtype=rig.dtype, device=rig.device)
        for n in heads
    )
