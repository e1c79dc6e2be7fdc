"""Where a decode step goes, part by part: each kernel over all layers by itself, beside its floor.

    python -m benchmarks.step_parts [--model FOLDER] [--rows 1,8,32] [--context 40]

A part's time is the best of several passes through all layers, so that weights come from memory as in a step. What is
left between the sum of the parts and the whole step is scheduling, sampling and what stands between calls.
"""

import argparse
import ctypes
import time
from collections.abc import Callable, Iterator, Mapping
from ctypes import c_float, c_int64, c_void_p
from functools import partial
from pathlib import Path

import numpy as np
import torch

from sglc.runtime.engine.attention.native_backend import NativeAttention
from sglc.runtime.engine.batch import Batch, Segment
from sglc.runtime.engine.engine import Engine
from sglc.runtime.engine.native.build import library
from sglc.runtime.engine.native.calls import HeadsCall, LayerCall, ProductCall
from sglc.runtime.engine.native.kernels import Kernels
from sglc.runtime.engine.native_llama import NativeLlama
from sglc.runtime.engine.options import EngineOptions, build_engine
from sglc.runtime.models.folders import resolve_model

from . import floors, rates
from .results import table
from .steps import Bench

PASSES, TOKENS = 12, 16
PRODUCTS = ("qkv", "out", "gated", "down")


class Parts:
    """A model's kernels, called one kind at a time."""

    def __init__(self, engine: Engine, rows: int, context: int) -> None:
        model, attention = engine.parts.model, engine.parts.attention
        assert isinstance(model, NativeLlama)
        assert isinstance(attention, NativeAttention)
        found = library()
        assert found is not None
        self._engine, self._rows, self._library = engine, rows, found
        self._layers = model.layer_calls
        self.shape, self._kernels = model.shape, Kernels(found)
        slots = np.arange(1, rows * (context + 1) + 1, dtype=np.int32).reshape(rows, -1)
        ids = np.ones(1, dtype=np.int32)
        attention.plan(Batch([Segment(ids, own[-1:], None, own[:-1]) for own in slots]))
        self._plan = attention.kernel_plan
        widest = max(max(c.width, c.outputs) for c in self._calls("qkv", "out", "gated", "down"))
        self._x, self._out = (torch.zeros(rows, widest).bfloat16() for _ in range(2))
        self._hidden = torch.zeros(rows, self.shape.hidden).bfloat16()

    def all(self) -> Mapping[str, Callable[[], object]]:
        """What does each part of a step once, over all layers."""
        products = {name: partial(self._multiply, name) for name in PRODUCTS}
        head = partial(self._engine.parts.model.logits, self._hidden)
        rest = {"norms": self._norm, "heads": self._turn, "attention": self._attend, "head": head}
        return {**products, **rest}

    def bytes_of(self, name: str) -> int:
        """What a part reads of the weights."""
        if name == "head":
            return 2 * self.shape.hidden * self.shape.vocab
        return (
            sum(2 * call.width * call.outputs for call in self._calls(name))
            if name in PRODUCTS
            else 0
        )

    def _calls(self, *names: str) -> Iterator[ProductCall]:
        return (getattr(layer, name) for layer in self._layers for name in names)

    def _multiply(self, name: str) -> None:
        for call in self._calls(name):
            call.rows, call.x, call.out = self._rows, self._x.data_ptr(), self._out.data_ptr()
            call.stride = call.out_stride = self._x.stride(0)
            self._kernels.product(call)

    def _norm(self) -> None:
        norm, (rows, width) = self._library.rms_norm, self._hidden.shape
        norm.argtypes = [*(c_void_p, c_int64) * 2, c_void_p, c_int64, c_int64, c_float]
        out, x = self._out.data_ptr(), self._hidden.data_ptr()
        for layer in self._layers:
            for weight in (layer.attention_norm, layer.mlp_norm):
                norm(out, width, x, width, weight, rows, width, 1e-5)

    def _turn(self) -> None:
        heads, kv_heads, dim = self.shape.heads, self.shape.kv_heads, self.shape.head_dim
        tables, positions = torch.zeros(1, dim).bfloat16(), torch.zeros(self._rows).long()
        for layer in self._layers:
            sizes = self._rows, heads, kv_heads, dim, self._x.stride(0)
            pointers = tables.data_ptr(), tables.data_ptr(), positions.data_ptr()
            call = HeadsCall(
                self._x.data_ptr(), *sizes, layer.q_norm, layer.k_norm, *pointers, 1e-5
            )
            self._library.turn_heads(ctypes.byref(call))

    def _attend(self) -> None:
        pool, q = self._engine.parts.pool, self._x.data_ptr()
        for i in range(self.shape.layers):
            pointers = (
                pool.keys[i].data_ptr(),
                pool.values[i].data_ptr(),
                q,
                q,
                q,
                self._out.data_ptr(),
            )
            strides = self._x.stride(0), self._out.stride(0)
            self._kernels.attend(self._plan, LayerCall(*pointers, *strides, 1.0))


def _best(work: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(PASSES):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def report(folder: Path, engine: Engine, rows: int, context: int, machine: floors.Machine) -> str:
    """The parts of a step as a table."""
    parts, lines, total = Parts(engine, rows, context), [], 0.0
    with torch.inference_mode():
        for name, work in parts.all().items():
            spent, read = _best(work), parts.bytes_of(name)
            total += spent
            least = max(read / machine.bandwidth, rows * read / machine.flops)
            figures = (
                f"{least * 1e3:.2f}",
                f"{read / spent / 1e9:.1f}",
                f"{rows * read / spent / 1e9:.0f}",
            )
            lines.append([name, f"{spent * 1e3:.2f}", *(figures if read else ("-", "-", "-"))])
    floor = floors.decode(rows, 1, context).seconds(floors.Size.of(folder), machine)
    step = Bench(engine).decode(rows, context, TOKENS)
    lines.append(["sum of these", f"{total * 1e3:.2f}", "", "", ""])
    lines.append(["a step", f"{step * 1e3:.2f}", f"{floor * 1e3:.2f}", "", ""])
    return table([f"{rows} rows", "ms", "floor, ms", "GB/s", "GFLOP/s"], lines)


def main() -> None:
    """Print the parts for each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; the default model without one")
    parser.add_argument("--rows", default="1,8,32")
    parser.add_argument("--context", type=int, default=40)
    options = parser.parse_args()
    folder, machine = resolve_model(options.model), rates.measure(0.5)
    engine = build_engine(EngineOptions(model_path=options.model, kv_cache_tokens=20_000))
    torch.set_num_threads(1)
    print(f"{folder.name}: {machine}\n")
    for rows in map(int, options.rows.split(",")):
        print(report(folder, engine, rows, options.context, machine))


if __name__ == "__main__":
    main()
