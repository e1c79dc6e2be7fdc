"""Compiles every kernel for a CUDA device that need not be there. Run by `test_triton.py` as a program of its own."""

from typing import Any

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from sglc.runtime.engine.attention import triton_kernels as kernels

HOPPER = GPUTarget("cuda", 90, 32)
FLOATS = {
    "q": "*bf16",
    "k": "*bf16",
    "v": "*bf16",
    "keys": "*bf16",
    "values": "*bf16",
    "sinks": "*bf16",
}
FLOATS |= {"lse": "*fp32", "partial": "*fp32", "scale": "fp32", "softcap": "fp32"}
ARRAYS = {"start", "count", "offset", "begin", "end", "rows", "limits", "slots", "order"}
MODEL = {"HEADS": 9, "SIZE": 64, "BLOCK_SIZE": 64}


def compile_for_hopper(kernel: Any, out: str, **constants: Any) -> str:
    """The PTX of a kernel; its strides and sizes are int32."""
    types = FLOATS | {"out": out} | dict.fromkeys(ARRAYS, "*i32")
    signature = {
        n: "constexpr" if n in constants else types.get(n, "i32") for n in kernel.arg_names
    }
    compiled = triton.compile(ASTSource(kernel, signature, constants), target=HOPPER)
    assert compiled.asm["cubin"]
    return compiled.asm["ptx"]


def attend(rows: int, direct: bool, extras: bool) -> str:
    switches = {"SOFTCAP": extras, "WINDOW": extras, "DIRECT": direct}
    tile = {
        "GROUP": 3,
        "BLOCK_ROWS": rows,
        "BLOCK_KEYS": 64,
        "PRODUCT": tl.bfloat16,
        "PRECISION": "tf32",
    }
    out = "*bf16" if direct else "*fp32"
    return compile_for_hopper(kernels.attend_kernel, out, **MODEL, **tile, **switches)


if __name__ == "__main__":
    compile_for_hopper(kernels.store_kernel, "", HEADS=3, SIZE=64, BLOCK=256)
    for sinks in (False, True):
        compile_for_hopper(kernels.merge_kernel, "*bf16", **MODEL, SINKS=sinks)
    for rows in (16, 64):
        for direct in (False, True):
            for extras in (False, True):
                assert "mma" in attend(rows, direct, extras), "the products don't use tensor cores"
    print("compiled")
