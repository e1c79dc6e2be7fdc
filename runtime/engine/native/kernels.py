"""The C kernels, called with tensors: bfloat16 on the CPU."""

import ctypes
from collections.abc import Sequence
from ctypes import c_int64, c_void_p

import torch

from .build import library
from .calls import AttentionPlan, DecoderCall, ForwardCall, LayerCall, ProductCall

# What a head's dimension must be a multiple of, and its limit; and what both sides of a product must be a multiple of.
HEAD_MULTIPLE, MOST_HEAD, PRODUCT_MULTIPLE = 16, 256, 32


def takes_heads(dim: int) -> bool:
    """Whether there is attention for heads of this dimension."""
    return dim % HEAD_MULTIPLE == 0 and 0 < dim <= MOST_HEAD


class Kernels:
    """The library's functions."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._attend, self._product, self._decode = library.attend, library.product, library.decode
        self._pack_weights, self._pack_gated = library.pack_weights, library.pack_gated
        self._likeliest, self._forbid = library.likeliest, library.forbid
        self._set_threads = library.set_threads
        pointer = ctypes.POINTER
        self._attend.argtypes = [pointer(AttentionPlan), pointer(LayerCall)]
        self._product.argtypes = [pointer(ProductCall)]
        self._decode.argtypes = [pointer(x) for x in (DecoderCall, AttentionPlan, ForwardCall)]
        self._pack_weights.argtypes = [c_void_p, c_void_p, c_int64, c_int64]
        self._pack_gated.argtypes = [c_void_p, c_void_p, c_void_p, c_int64, c_int64]
        self._likeliest.argtypes = [c_void_p, c_void_p, c_int64, c_int64, c_int64]
        self._forbid.argtypes = [c_void_p, c_void_p, c_void_p, *(c_int64,) * 4]
        self._set_threads.argtypes = [c_int64]
        for function in vars(self).values():
            function.restype = None

    def use_threads(self, count: int) -> None:
        """How many threads share the work of a call: one team for the process, whoever calls."""
        self._set_threads(count)

    def pack(self, packed: torch.Tensor, weight: torch.Tensor) -> None:
        """Lay a weight `[outputs, inputs]` out as `product` wants it."""
        weight = weight.contiguous()
        self._pack_weights(packed.data_ptr(), weight.data_ptr(), *weight.shape)

    def pack_gated(self, packed: torch.Tensor, gate: torch.Tensor, up: torch.Tensor) -> None:
        """The same for a gate beside what it lets through: `packed` holds both."""
        gate, up = gate.contiguous(), up.contiguous()
        addresses = packed.data_ptr(), gate.data_ptr(), up.data_ptr()
        self._pack_gated(*addresses, *gate.shape)

    def product(self, call: ProductCall) -> None:
        """Multiply by packed weights."""
        self._product(call)

    def likeliest(self, logits: torch.Tensor) -> torch.Tensor:
        """The first of the highest of each row of `[rows, vocab]`; what is no number counts as the highest."""
        logits = logits if logits.stride(1) == 1 else logits.contiguous()
        found = torch.empty(len(logits), dtype=torch.int64)
        self._likeliest(found.data_ptr(), logits.data_ptr(), *logits.shape, logits.stride(0))
        return found

    def forbid(self, logits: torch.Tensor, bits: torch.Tensor, rows: Sequence[int]) -> None:
        """Set to -inf, in some rows of `[rows, vocab]`, what has no bit in the line of `[len(rows), words]` for it."""
        at, (_, vocab), (count, words) = torch.tensor(rows), logits.shape, bits.shape
        addresses = logits.data_ptr(), bits.data_ptr(), at.data_ptr()
        self._forbid(*addresses, count, vocab, logits.stride(0), words)

    def attend(self, plan: AttentionPlan, layer: LayerCall) -> None:
        """Store a layer's new keys and values, and attend."""
        self._attend(plan, layer)

    def decode(self, decoder: DecoderCall, plan: AttentionPlan, forward: ForwardCall) -> None:
        """Take rows through all layers."""
        self._decode(decoder, plan, forward)


def load_kernels(threads: int | None = None) -> Kernels | None:
    """The kernels, with as many threads as torch has if nobody says otherwise; None where they can't be had."""
    found = library()
    if found is None:
        return None
    kernels = Kernels(found)
    kernels.use_threads(threads or torch.get_num_threads())
    return kernels
