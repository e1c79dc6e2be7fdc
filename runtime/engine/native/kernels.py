"""The C kernels, called with tensors: bfloat16 on the CPU."""

import ctypes
from ctypes import c_float, c_int64, c_void_p

import torch

from .build import library

# Head dimensions that attention is compiled for.
HEAD_DIMS = (64, 128)
# What the width of normalised rows and the dimension of rotated heads must be a multiple of.
NORM_MULTIPLE, ROTATION_MULTIPLE = 16, 32


class AttentionPlan(ctypes.Structure):
    """`Plan` in attention.c."""

    _fields_ = [
        *((name, c_int64) for name in ("tokens", "items", "heads", "kv_heads", "dim")),
        *(
            (name, c_void_p)
            for name in (
                *("slots", "item_tokens", "members", "limits", "item_keys", "keys"),
                *("first", "listed", "partial", "state"),
            )
        ),
    ]


class LayerCall(ctypes.Structure):
    """`Layer` in attention.c."""

    _fields_ = [
        *((name, c_void_p) for name in ("keys", "values", "q", "k", "v", "out")),
        ("stride", c_int64),
        ("scale", c_float),
    ]


class ProductCall(ctypes.Structure):
    """`Product` in products.c."""

    _fields_ = [
        *((name, c_int64) for name in ("rows", "width", "outputs")),
        *((name, c_void_p) for name in ("x", "weights", "bias", "other", "out")),
        ("epilogue", c_int64),
    ]


class Kernels:
    """The library's functions."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._rms_norm, self._rotate = library.rms_norm, library.rotate
        self._attend, self._product = library.attend, library.product
        self._pack_weights, self._set_threads = library.pack_weights, library.set_threads
        pointers = [c_void_p, c_void_p, c_void_p]
        self._rms_norm.argtypes = [*pointers, c_int64, c_int64, c_float]
        self._rotate.argtypes = [*pointers, c_void_p, c_int64, c_int64, c_int64, c_int64]
        self._attend.argtypes = [ctypes.POINTER(AttentionPlan), ctypes.POINTER(LayerCall)]
        self._product.argtypes = [ctypes.POINTER(ProductCall)]
        self._pack_weights.argtypes = [c_void_p, c_void_p, c_int64, c_int64]
        self._set_threads.argtypes = [c_int64]
        for function in vars(self).values():
            function.restype = None

    def use_threads(self, count: int) -> None:
        """How many threads share the work of a call: one team for the process, whoever calls."""
        self._set_threads(count)

    def rms_norm(self, x: torch.Tensor, weight: torch.Tensor, epsilon: float) -> torch.Tensor:
        """Normalise the rows of `[rows, width]`, contiguous; the width is a multiple of 16."""
        out = torch.empty_like(x)
        rows, width = x.shape
        self._rms_norm(out.data_ptr(), x.data_ptr(), weight.data_ptr(), rows, width, epsilon)
        return out

    def rotate(
        self,
        x: torch.Tensor,
        cosine: torch.Tensor,
        sine: torch.Tensor,
        positions: torch.Tensor,
    ) -> torch.Tensor:
        """Rotate `[rows, heads, dim]` by the rows' positions (int64), in place.

        A row's heads lie side by side; dim is a multiple of 32, and the tables have a line for every position.
        """
        tables = cosine.data_ptr(), sine.data_ptr(), positions.data_ptr()
        rows, heads, dim = x.shape
        self._rotate(x.data_ptr(), *tables, rows, heads, dim, x.stride(0))
        return x

    def pack(self, weight: torch.Tensor) -> torch.Tensor:
        """A weight `[outputs, inputs]` as `product` wants it."""
        weight = weight.contiguous()
        packed = torch.empty_like(weight)
        self._pack_weights(packed.data_ptr(), weight.data_ptr(), *weight.shape)
        return packed

    def product(self, call: ProductCall) -> None:
        """Multiply by packed weights."""
        self._product(call)

    def attend(self, plan: AttentionPlan, layer: LayerCall) -> None:
        """Store a layer's new keys and values, and attend."""
        self._attend(plan, layer)


def load_kernels(threads: int | None = None) -> Kernels | None:
    """The kernels, with as many threads as torch has if nobody says otherwise; None where they can't be had."""
    found = library()
    if found is None:
        return None
    kernels = Kernels(found)
    kernels.use_threads(threads or torch.get_num_threads())
    return kernels
