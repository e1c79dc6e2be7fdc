"""The structs that the C kernels are called with, as ctypes knows them. Field by field as in the headers."""

import ctypes
from collections.abc import Iterable
from ctypes import c_float, c_int64, c_void_p
from typing import Any


def _all(kind: Any, names: str) -> Iterable[tuple[str, Any]]:
    return ((name, kind) for name in names.split())


class AttentionPlan(ctypes.Structure):
    """`Plan` in attention.h."""

    _fields_ = [
        *_all(c_int64, "tokens items heads kv_heads dim"),
        *_all(
            c_void_p, "slots item_tokens members limits item_keys keys first listed partial state"
        ),
    ]


class LayerCall(ctypes.Structure):
    """`Layer` in attention.h."""

    _fields_ = [
        *_all(c_void_p, "keys values q k v out"),
        *_all(c_int64, "stride out_stride"),
        ("scale", c_float),
    ]


class ProductCall(ctypes.Structure):
    """`Product` in products.h."""

    _fields_ = [
        *_all(c_int64, "rows width outputs stride out_stride"),
        *_all(c_void_p, "x weights bias other out"),
        ("is_gated", c_int64),
    ]


class HeadsCall(ctypes.Structure):
    """`Heads` in layers.h."""

    _fields_ = [
        ("x", c_void_p),
        *_all(c_int64, "rows heads kv_heads dim stride"),
        *_all(c_void_p, "q_norm k_norm cosine sine positions"),
        ("epsilon", c_float),
    ]


class DecoderLayer(ctypes.Structure):
    """`DecoderLayer` in decoder.h."""

    _fields_ = [
        *_all(c_void_p, "attention_norm q_norm k_norm mlp_norm"),
        *_all(ProductCall, "qkv out gated down"),
    ]


class DecoderCall(ctypes.Structure):
    """`Decoder` in decoder.h."""

    _fields_ = [
        *_all(c_int64, "layers hidden"),
        ("embedding", c_void_p),
        ("is_packed", c_int64),
        ("layer", ctypes.POINTER(DecoderLayer)),
        *_all(c_void_p, "norm cosine sine"),
        *_all(c_float, "epsilon scale"),
    ]


class Rows(ctypes.Structure):
    """`Rows` in decoder.h."""

    _fields_ = [("at", c_void_p), ("stride", c_int64)]


class ForwardCall(ctypes.Structure):
    """`Forward` in decoder.h."""

    _fields_ = [
        *_all(c_void_p, "ids positions"),
        *_all(Rows, "x normed qkv attended gated"),
        *_all(c_void_p, "keys values"),
        ("layer_stride", c_int64),
        ("hidden", c_void_p),
    ]
