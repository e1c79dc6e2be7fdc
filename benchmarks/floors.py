"""The least time of a workload, from what the machine could do at best (`rates`).

A step can't be faster than its arithmetic at the measured rate of a large bf16 product, nor than reading the weights
and the distinct keys and values once at the measured rate of reads, in large pages. The floor of a workload is the sum
over its steps of the larger of the two, with every shared prefix computed once: a bound that no schedule can pass, not
a forecast.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Measured rates: floating-point operations and bytes read per second."""

    flops: float
    bandwidth: float

    def best(self, other: "Machine") -> "Machine":
        """The better of two measurements, rate by rate: what others took from this machine is no limit of it."""
        return Machine(max(self.flops, other.flops), max(self.bandwidth, other.bandwidth))

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
