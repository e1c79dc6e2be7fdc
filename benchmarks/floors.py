"""What the machine could do at best: matrix products per second, bytes per second, and the least time of a workload.

A step can't be faster than its arithmetic at the measured rate of a large bf16 product, nor than reading the
weights and the distinct keys and values once at the measured rate of copies or of reads, in large pages, whichever is
higher. The floor of a workload is the sum over its steps of the larger of the two, with every shared prefix computed
once: a bound that no schedule can pass, not a forecast.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from sglc.runtime.engine.native.room import Room
from sglc.runtime.engine.process import in_a_passing_thread


@dataclass(frozen=True, slots=True)
class Machine:
    """Measured rates: floating-point operations and bytes (read plus written) per second."""

    flops: float
    bandwidth: float

    def best(self, other: "Machine") -> "Machine":
        """The better of two measurements, rate by rate: what others took from this machine is no limit of it."""
        return Machine(max(self.flops, other.flops), max(self.bandwidth, other.bandwidth))

    def between(self, other: "Machine") -> "Machine":
        """What a row gets that stands between two measurements: memory's rate changes from second to second."""
        return Machine(max(self.flops, other.flops), (self.bandwidth + other.bandwidth) / 2)

    def __str__(self) -> str:
        return f"matmul {self.flops / 1e9:.0f} GFLOP/s (bf16, 2048³), memory {self.bandwidth / 1e9:.1f} GB/s"


@dataclass(frozen=True, slots=True)
class Size:
    """What a decoder costs: weights in its layers and head, and per token of context."""

    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    layer_weights: int  # parameters in all layers
    head_weights: int

    @classmethod
    def of(cls, folder: Path) -> "Size":
        """Read a Llama-like model folder."""
        c = json.loads((folder / "config.json").read_text())
        heads, hidden = c["num_attention_heads"], c["hidden_size"]
        head_dim = c.get("head_dim") or hidden // heads
        kv_heads = c.get("num_key_value_heads") or heads
        attention = hidden * head_dim * (2 * heads + 2 * kv_heads)
        layer = attention + 3 * hidden * c["intermediate_size"]
        layers = c["num_hidden_layers"]
        return cls(layers, heads, kv_heads, head_dim, layers * layer, hidden * c["vocab_size"])


@dataclass(frozen=True, slots=True)
class Step:
    """`times` equal forwards. `pairs`: query-key pairs per layer and head; `keys`: distinct context tokens read."""

    rows: int
    logits: int
    pairs: float
    keys: float
    times: float = 1

    def seconds(self, size: Size, machine: Machine) -> float:
        """The least time that the machine takes for all `times` of them."""
        flops = 2 * (size.layer_weights * self.rows + size.head_weights * self.logits)
        flops += 4 * self.pairs * size.layers * size.heads * size.head_dim
        weights = 2 * (size.layer_weights + (size.head_weights if self.logits else 0))
        context = self.keys * 2 * 2 * size.layers * size.kv_heads * size.head_dim
        return self.times * max(flops / machine.flops, (weights + context) / machine.bandwidth)


def prefill(rows: int, context: int = 0, logits: int = 1) -> Step:
    """`rows` new tokens after `context` tokens, each seeing all before it."""
    return Step(rows, logits, rows * context + rows * (rows + 1) / 2, context + rows)


def extend(requests: int, own: int, shared: int) -> Step:
    """`requests` of `own` new tokens each, after one shared context."""
    pairs = requests * (own * shared + own * (own + 1) / 2)
    return Step(requests * own, requests, pairs, shared + requests * own)


def decode(requests: int, steps: float, own: int, shared: int = 0) -> Step:
    """`steps` steps of one token for each request, after `shared` common and about `own` own tokens of context."""
    mean = own + steps / 2
    return Step(
        requests, requests, requests * (shared + mean), shared + requests * mean, times=steps
    )


def floor(steps: Iterable[Step], size: Size, machine: Machine) -> float:
    """The least seconds that a workload takes."""
    return sum(step.seconds(size, machine) for step in steps)


def measure(seconds: float = 1.0) -> Machine:
    """Take both rates now, with torch's threads as they are set; leaves no OpenMP team behind to slow an engine."""
    return in_a_passing_thread(partial(_measure, seconds, torch.get_num_threads()))


def usual(seconds: float = 1.0) -> Machine:
    """As `measure`, but of memory the median rate and not the best: what it gives for longer than a moment."""
    work = partial(_measure, seconds, torch.get_num_threads(), of_memory=statistics.median)
    return in_a_passing_thread(work)


def measure_one_thread(seconds: float = 1.0) -> Machine:
    """The rates of one thread by its processor time: what others take of the machine counts little."""
    return in_a_passing_thread(partial(_measure, seconds, 1, time.thread_time))


def _measure(
    seconds: float,
    threads: int,
    clock: Callable[[], float] = time.perf_counter,
    of_memory: Callable[[list[float]], float] = min,
) -> Machine:
    torch.set_num_threads(threads)
    with torch.inference_mode():
        a = torch.randn(2048, 2048).bfloat16()
        b, out = torch.randn(2048, 2048).bfloat16(), torch.empty(2048, 2048, dtype=torch.bfloat16)
        product = min(_times(lambda: torch.mm(a, b, out=out), seconds, clock))
        room = Room()
        source, target = (room.take(1 << 27).zero_().view(torch.float32) for _ in range(2))
        copy = of_memory(_times(lambda: target.copy_(source), seconds, clock))
        read = of_memory(_times(source.sum, seconds, clock))
    return Machine(2 * 2048**3 / product, source.nbytes * max(2 / copy, 1 / read))


def _times(work: Callable[[], object], seconds: float, clock: Callable[[], float]) -> list[float]:
    """The times of as many repetitions as begin within `seconds`, after one that is not counted."""
    work()
    found = list[float]()
    end = time.perf_counter() + seconds
    while not found or time.perf_counter() < end:
        begun = clock()
        work()
        found.append(clock() - begun)
    return found


def main() -> None:
    """Print the machine's rates."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    torch.set_num_threads(parser.parse_args().threads)
    print(measure())


if __name__ == "__main__":
    main()
