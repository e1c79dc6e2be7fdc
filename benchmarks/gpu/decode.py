"""Stage 4a: decode steps, by graph and without, against the bytes that they must read; where attention's time goes."""

import time
from typing import Any

import torch

from sglc.runtime.engine.batch import Batch

from .record import Record
from .rig import Rig

KERNELS = ("attend", "merge", "store")


def measure(record: Record, rig: Rig) -> None:
    """Rows by contexts, a long row among short ones, then the arms of a fork."""
    graphs = rig.graphs(rig.attention)
    for context in rig.scale.contexts:
        for rows in rig.scale.rows:
            batch = rig.rows([context] * rows)
            if batch is None:
                record.add("decode", rows=rows, context=context, skipped="no room in the pool")
                continue
            _step(record, rig, graphs, batch, "decode", {"rows": rows, "context": context})
    count, context, long = rig.scale.long_row
    batch = rig.rows([long] + [context] * (count - 1))
    assert batch is not None
    told = {"rows": count, "context": context, "one": long}
    _step(record, rig, graphs, batch, "one long row", told)
    _profile(record, rig, graphs, batch)
    arms(record, rig)


def arms(record: Record, rig: Rig) -> None:
    """The arms of a fork over one prefix, attended to once for all of them, and once for each."""
    scale = rig.scale
    batch = rig.arms(scale.arms, scale.prefix, own=max(scale.prefix // 128, 1))
    told = {"arms": scale.arms, "prefix": scale.prefix}
    kinds = {"shared": rig.attention, "not shared": rig.unshared}
    times: dict[str, float] = {}
    for name, attention in kinds.items():
        graphs = rig.graphs(attention)
        works = {
            "graph": lambda g=graphs: g.run(batch),
            "eager": lambda a=attention: rig.eager(a, batch),
        }
        for way, work in works.items():
            times[f"{name} {way}"] = rig.seconds(work)
        if graphs.replays == 0:
            times.pop(f"{name} graph")
    fewest = min(t for name, t in times.items() if name.startswith("not"))
    record.add(
        "arms",
        **told,
        **{f"{name.replace(' ', '_')}_ms": t * 1e3 for name, t in times.items()},
        gain=fewest / min(t for name, t in times.items() if name.startswith("shared")),
    )


def _step(
    record: Record, rig: Rig, graphs: Any, batch: Batch, what: str, told: dict[str, int]
) -> None:
    """A step both ways, and how long the host takes to lay it out."""
    keys = sum(len(p) for p in batch.whole.private) + batch.tokens
    must = rig.weight_bytes + keys * rig.kv_bytes
    with torch.inference_mode():
        is_captured = graphs.run(batch)
    if not is_captured:
        record.add(what, **told, skipped="no graph has room for it")
        return
    graph = rig.seconds(lambda: graphs.run(batch))
    eager = rig.seconds(lambda: rig.eager(rig.attention, batch))
    start = time.perf_counter()
    for _ in range(5):
        rig.attention.fill(batch, rig.attention.layout(batch.tokens))
    record.add(
        what,
        **told,
        graph_ms=graph * 1e3,
        eager_ms=eager * 1e3,
        plan_ms=(time.perf_counter() - start) * 200,
        least_gb=must / 1e9,
        graph_gb_s=must / graph / 1e9,
    )


def _profile(record: Record, rig: Rig, graphs: Any, batch: Batch) -> None:
    """The time of our kernels in one step, and of all kernels."""
    if rig.device.type != "cuda":
        record.add("profile", skipped="no device")
        return
    kinds = [torch.profiler.ProfilerActivity.CUDA]
    with torch.inference_mode(), torch.profiler.profile(activities=kinds) as profile:
        graphs.run(batch)
        rig.wait()
    found = [(event.key, event.device_time_total / 1e3) for event in profile.key_averages()]
    ours = {f"{k}_ms": sum(t for name, t in found if k in name) for k in KERNELS}
    record.add("profile", all_ms=sum(t for _, t in found), **ours)
