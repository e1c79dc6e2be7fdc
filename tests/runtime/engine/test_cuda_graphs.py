"""Decode graphs: captures and their ends, on a CPU that plays a device; `interpreted_graphs.py` has what they hold."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch

from sglc.runtime.engine.attention.torch_backend import TorchAttention
from sglc.runtime.engine.cuda_graphs import WARM_UPS, Recorder, decode_graphs
from sglc.runtime.engine.loading import load_model

from .attention.batches import case


class Streams:
    """The thread's current stream, as `torch.cuda` keeps it; a capture's end may fail before it is put back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, ends: bool) -> None:
        self.current, self.ends, self.told = self.Stream(), ends, list[str]()
        for name in ("Stream", "current_stream", "stream", "graph", "CUDAGraph"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))
        monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 1))

    class Stream:
        def __init__(self, device: object = None) -> None:
            self.waits: list[object] = []

        def wait_stream(self, other: object) -> None:
            self.waits.append(other)

    class CUDAGraph:
        def replay(self) -> None:
            pass

    def current_stream(self) -> "Streams.Stream":
        return self.current

    @contextmanager
    def stream(self, chosen: "Streams.Stream") -> Iterator[None]:
        before, self.current = self.current, chosen
        try:
            yield
        finally:
            self.current = before

    @contextmanager
    def graph(self, graph: object, pool: object, stream: Any, **options: str) -> Iterator[None]:
        assert options == {"capture_error_mode": "thread_local"}
        before, self.current = self.current, stream
        self.told.append("begin")
        try:
            yield
        finally:
            self.told.append("end")
            if not self.ends:
                raise RuntimeError("the capture was invalidated")
            self.current = before


@pytest.mark.parametrize("ends", [True, False])
def test_a_capture_leaves_the_thread_on_its_own_stream(
    monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    streams = Streams(monkeypatch, ends)
    outside = streams.current
    recorder = Recorder(torch.device("cuda"))
    side: Any = recorder._stream
    seen: list[object] = []

    def step() -> None:
        seen.append(streams.current)
        streams.told.append("step")

    with nullcontext() if ends else pytest.raises(RuntimeError, match="invalidated"):
        recorder.capture(step)
    assert streams.told == ["step"] * WARM_UPS + ["begin", "step", "end"]
    assert set(map(id, seen)) == {id(side)}, "one stream for all of a step"
    assert streams.current is outside
    assert side.waits == [outside]
    assert outside.waits == [side]


def test_a_cpu_has_no_graphs(tiny: Path) -> None:
    model = load_model(tiny, torch.float32, torch.device("cpu"))
    pool = case(1, 4, 4, 16).pool
    assert decode_graphs(model, pool, TorchAttention(pool)) is None
