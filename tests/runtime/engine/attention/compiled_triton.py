"""Compiles every kernel for a CUDA device that need not be there. Run by `test_triton.py` as a program of its own.

With `all` in each variant; else each kernel in some of them.

What a kernel takes of a multiprocessor is read from the machine code: whatever spills out of the registers goes through
memory, at a price of tens of times.
"""

import itertools
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from sglc.runtime.engine import draw, fused, penalties_kernel
from sglc.runtime.engine.attention import triton_kernels as kernels
from sglc.runtime.engine.attention.triton_backend import NARROW, PROGRAMS, tile_sizes
from sglc.runtime.engine.grammar import mask_kernel

HOPPER = GPUTarget("cuda", 90, 32)
# Of a multiprocessor of this generation; a thread's registers are handed out in eights, and a program takes a little
# shared memory beside its own.
REGISTERS, EIGHT, SHARED, RESERVED = 65_536, 8, 233_472, 1024
NUMBERS = {
    "positions": "*i64",
    "epsilon": "fp32",
    "lse": "*fp32",
    "partial": "*fp32",
    "scale": "fp32",
    "softcap": "fp32",
}
ARRAYS = {"tiles", "start", "count", "offset", "begin", "end", "rows", "limits", "slots", "order"}
TENSORS = ("q", "k", "v", "keys", "values", "sinks", "x", "residual", "weight", "total")
TENSORS += ("both", "cos", "sin")
WHOLE = ("q", "k", "v", "keys", "values", "out", "partial", "q_row", "q_head", "pool_slot")
TOOL = Path(triton.__file__).parent / "backends/nvidia/bin/cuobjdump"
MODEL = {"HEADS": 9, "SIZE": 64, "BLOCK_SIZE": 64}


def compile_for_hopper(
    kernel: Any, number: str, out: str, constants: dict[str, Any], **options: int
) -> Any:
    """A kernel over numbers of one type; strides and sizes are int32, and what torch allocates is aligned."""
    types = dict.fromkeys(TENSORS, number) | NUMBERS
    types |= {"out": out} | dict.fromkeys(ARRAYS, "*i32")
    names = kernel.arg_names
    signature = {n: "constexpr" if n in constants else types.get(n, "i32") for n in names}
    aligned = {(i,): [["tt.divisibility", 16]] for i, name in enumerate(names) if name in WHOLE}
    source = ASTSource(kernel, signature, constants, aligned)
    return triton.compile(source, target=HOPPER, options=options)


def attend(number: str, rows: int, size: int, direct: bool, extras: bool) -> Any:
    float32 = number == "*fp32"
    constants: dict[str, Any] = {
        "HEADS": 32,
        "KV_HEADS": 8,
        "GROUP": 4,
        "SIZE": size,
        "BLOCK_SIZE": size,
        "BLOCK_ROWS": rows,
        "BLOCK_KEYS": 64,
        "SOFTCAP": extras,
        "WINDOW": extras,
        "DIRECT": direct,
        "PRODUCT": tl.float32 if float32 else tl.bfloat16,
        "PRECISION": "ieee" if float32 else "tf32",
    }
    out = number if direct else "*fp32"
    warps = 8 if size >= 256 else 4
    return compile_for_hopper(kernels.attend_kernel, number, out, constants, num_warps=warps)


def compile_for_sampling(
    kernel: Any, number: str, warps: int, is_even: bool, **constants: int
) -> Any:
    """A kernel over the logits of some rows, of a vocabulary of a multiple of 16 or of any other size."""
    pointers = {"logits": number, "index": "*i64", "numbers": "*fp32", "out": "*i64"}
    pointers |= {"tokens": "*i64", "said_at": "*i64", "rows": "*i64", "bits": "*i32"}
    signature = {
        n: "constexpr" if n in constants else pointers.get(n, "i32") for n in kernel.arg_names
    }
    sizes = ("vocab", "logits_row") if is_even else ()
    whole = [n for n, kind in signature.items() if kind.startswith("*") or n in sizes]
    aligned = {(kernel.arg_names.index(n),): [["tt.divisibility", 16]] for n in whole}
    source = ASTSource(kernel, signature, constants, aligned)
    return triton.compile(source, target=HOPPER, options={"num_warps": warps})


def usage(compiled: Any) -> tuple[int, int]:
    """Registers a thread, and bytes of a thread that don't fit into them."""
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(compiled.asm["cubin"])
        file.flush()
        told = subprocess.run(
            [TOOL, "-res-usage", file.name], capture_output=True, text=True, check=True
        )
    found = re.search(r"REG:(\d+) STACK:(\d+).*LOCAL:(\d+)", told.stdout)
    assert found, told.stdout
    return int(found[1]), int(found[2]) + int(found[3])


def check(name: str, compiled: Any, programs: int = 1) -> None:
    """Nothing spills, and a multiprocessor has registers and memory for so many programs side by side."""
    registers, spilled = usage(compiled)
    threads, shared = 32 * compiled.metadata.num_warps, compiled.metadata.shared
    taken = -(-registers // EIGHT) * EIGHT
    print(f"{name}: {registers} registers, {spilled} spilled, {shared} bytes shared")
    assert spilled == 0, name
    assert programs * threads * taken <= REGISTERS, name
    assert programs * (shared + RESERVED) <= SHARED, name


def head_sizes(rows: int, all_of_them: bool) -> tuple[int, ...]:
    """Of heads; the greatest of each tile where not all are asked for."""
    return (64, 128, 256) if all_of_them else (128,) if rows == NARROW else (256,)


if __name__ == "__main__":
    all_of_them = "all" in sys.argv
    copy = {"HEADS": 3, "SIZE": 64, "BLOCK": 256}
    check("store", compile_for_hopper(kernels.store_kernel, "*bf16", "", copy))
    for sinks in (False, True):
        constants = MODEL | {"SINKS": sinks}
        check("merge", compile_for_hopper(kernels.merge_kernel, "*bf16", "*bf16", constants))
    kinds = {"*bf16": torch.bfloat16, "*fp32": torch.float32}
    for number, rows in [(n, rows) for n, kind in kinds.items() for rows in tile_sizes(kind)]:
        for size in head_sizes(rows, all_of_them):
            found = attend(number, rows, size, direct=False, extras=False)
            side_by_side = PROGRAMS if rows == NARROW and size <= 128 and number == "*bf16" else 1
            check(f"attend {number} {rows} rows, heads of {size}", found, side_by_side)
            assert number == "*fp32" or "mma" in found.asm["ptx"], "no tensor cores"
    for direct, extras in ((True, False), (True, True), (False, True)):
        told = f"attend *bf16 64 rows, heads of 64, {direct=}, {extras=}"
        check(told, attend("*bf16", 64, 64, direct, extras))
    between = [
        (fused.add_norm_kernel, {"SIZE": 4096, "BLOCK": 4096}),
        (fused.rotate_kernel, {"HEADS": 40, "SIZE": 128, "BLOCK": 4096}),
        (fused.gate_kernel, {"SIZE": 14_336, "BLOCK": 1024}),
    ]
    for kernel, constants in between:
        check(kernel.__name__, compile_for_hopper(kernel, "*bf16", "*bf16", constants))
    counting = penalties_kernel.count_kernel
    check("count", compile_for_sampling(counting, "*i64", warps=1, is_even=True))
    sampling = [
        (draw.draw_kernel, draw, {"PASSES": 8}),
        (penalties_kernel.penalties_kernel, penalties_kernel, {}),
        (mask_kernel.mask_kernel, mask_kernel, {}),
    ]
    every = itertools.product(("*bf16", "*fp32"), (True, False))
    for number, is_even in every if all_of_them else (("*bf16", True), ("*fp32", False)):
        for kernel, module, more in sampling:
            constants = {"BLOCK": module.BLOCK} | more
            found = compile_for_sampling(kernel, number, module.WARPS, is_even, **constants)
            check(f"{kernel.__name__} {number}, {is_even=}", found)
    print("compiled")
