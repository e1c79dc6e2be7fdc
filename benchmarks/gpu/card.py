"""Stage 3: the card's floors, and what an 8B model takes of it: at its peak, in its pool, in its graphs."""

import time
from functools import partial
from typing import Any

import torch

from .record import Record
from .rig import Rig
from .scale import Scale

GIB = 1 << 30


def measure(record: Record, scale: Scale) -> None:
    """Floors first: without them no time says anything."""
    floors(record, scale)
    cuda = torch.cuda.is_available()
    start = time.perf_counter()
    rig = Rig(scale)
    rig.wait()
    record.add(
        "load",
        seconds=time.perf_counter() - start,
        weights_gib=rig.weight_bytes / GIB,
        peak_gib=torch.cuda.max_memory_allocated() / GIB if cuda else 0.0,
        pool_tokens=rig.pool.capacity,
        free_gib=_free() / GIB,
    )
    start = time.perf_counter()
    graphs = rig.graphs(rig.attention)
    with torch.inference_mode():
        graphs.capture()
    rig.wait()
    seconds = time.perf_counter() - start
    record.add(
        "captures",
        sizes=len(graphs.captured),
        seconds_each=seconds / len(graphs.captured),
        free_gib=_free() / GIB,
    )


def floors(record: Record, scale: Scale) -> None:
    """Copied bytes (read and written) and operations of a product, per second, on random numbers."""
    cuda = torch.cuda.is_available()
    device, dtype = ("cuda", torch.bfloat16) if cuda else ("cpu", torch.float32)
    source = torch.empty(scale.copied, dtype=torch.uint8, device=device).random_()
    target = torch.empty_like(source)
    copy = 2 * scale.copied / _best(partial(target.copy_, source))
    del source, target
    size = scale.product
    a, b = (torch.randn(size, size, dtype=dtype, device=device) for _ in range(2))
    product = 2 * size**3 / _best(partial(torch.mm, a, b))
    record.add("floors", copy_gb_s=copy / 1e9, product_tflop_s=product / 1e12)


def _best(work: Any) -> float:
    """The shortest of ten, after three."""
    times: list[float] = []
    for _ in range(13):
        _wait()
        start = time.perf_counter()
        work()
        _wait()
        times.append(time.perf_counter() - start)
    return min(times[3:])


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _free() -> int:
    return torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else 0
