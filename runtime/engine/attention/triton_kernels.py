"""Triton kernels: store new keys and values, attend tile by tile, merge partial results by their log-sum-exp.

Attention is computed in the tiles of `triton_tiles`: online softmax over blocks of keys (Milakov and Gimelshein 2018;
FlashAttention, Dao et al. 2022), split over the keys where there are few rows (Flash-Decoding), shared stretches
once for all rows that see them and merged with the rows' own (cascade inference, FlashInfer; Hydragen). The query
heads of one key head are rows of the same tile, so keys are read once per group.

Keys and values are gathered slot by slot: the pool's page size is 1. Log-sum-exps are kept in base 2.

Triton compiles a kernel anew for pointers that are multiples of 16 bytes and for those that are not. Pieces of one
array lie anywhere, so for them it is told not to look: else a step may wait for a compiler at any time.
"""

import triton
import triton.language as tl

LOG2E = tl.constexpr(1.4426950408889634)


@triton.jit(do_not_specialize_on_alignment=["slots"])
def store_kernel(
    k,
    v,
    keys,
    values,
    slots,
    k_row,
    k_head,
    v_row,
    v_head,
    pool_slot,
    HEADS: tl.constexpr,
    SIZE: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """Write one new token's keys and values, `HEADS * SIZE` of each, to its slot."""
    row = tl.program_id(0)
    slot = tl.load(slots + row).to(tl.int64)
    at = tl.arange(0, BLOCK)
    head, element = at // SIZE, at % SIZE
    here = at < HEADS * SIZE
    key = tl.load(k + row * k_row + head * k_head + element, mask=here)
    value = tl.load(v + row * v_row + head * v_head + element, mask=here)
    tl.store(keys + slot * pool_slot + at, key, mask=here)
    tl.store(values + slot * pool_slot + at, value, mask=here)


@triton.jit(
    do_not_specialize_on_alignment=[
        "lse",
        "tiles",
        "start",
        "count",
        "offset",
        "begin",
        "end",
        "rows",
        "limits",
        "slots",
    ]
)
def attend_kernel(
    q,
    keys,
    values,
    out,
    lse,
    tiles,
    start,
    count,
    offset,
    begin,
    end,
    rows,
    limits,
    slots,
    scale,
    softcap,
    window,
    q_row,
    q_head,
    pool_slot,
    HEADS: tl.constexpr,
    KV_HEADS: tl.constexpr,
    GROUP: tl.constexpr,
    SIZE: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
    BLOCK_ROWS: tl.constexpr,
    BLOCK_KEYS: tl.constexpr,
    SOFTCAP: tl.constexpr,
    WINDOW: tl.constexpr,
    DIRECT: tl.constexpr,
    PRODUCT: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """Tiles and key heads, one pair after another. Without DIRECT results go to the tile's parts, else to the rows.

    How many tiles there are is read from the device, so a graph's grid does no work but what there is. PRODUCT is the
    type that matrix products are taken in.
    """
    at = tl.arange(0, BLOCK_ROWS)  # (row, query head of the group), flattened
    element = tl.arange(0, BLOCK_SIZE)
    inside = element < SIZE
    for work in range(tl.program_id(0), tl.load(tiles) * KV_HEADS, tl.num_programs(0)):
        tile = work // KV_HEADS
        kv_head = work - tile * KV_HEADS
        first, members = tl.load(start + tile), tl.load(count + tile)
        part, head = first + at // GROUP, kv_head * GROUP + at % GROUP
        alive = at < members * GROUP
        row = tl.load(rows + part, mask=alive, other=0)
        limit = tl.load(limits + part, mask=alive, other=-1)
        query = tl.load(
            q + row[:, None] * q_row + head[:, None] * q_head + element[None, :],
            mask=alive[:, None] & inside[None, :],
            other=0.0,
        ).to(PRODUCT)
        best = tl.full([BLOCK_ROWS], float("-inf"), tl.float32)
        total = tl.zeros([BLOCK_ROWS], tl.float32)
        acc = tl.zeros([BLOCK_ROWS, BLOCK_SIZE], tl.float32)
        mine = slots + tl.load(offset + tile)
        last = tl.load(end + tile)
        lowest = tl.load(begin + tile)
        if WINDOW:  # blocks that no row of the tile sees are skipped
            least = tl.min(tl.where(alive, limit, 2147483647), axis=0) - window + 1
            lowest += tl.maximum(least - lowest, 0) // BLOCK_KEYS * BLOCK_KEYS
        for at_key in range(lowest, last, BLOCK_KEYS):
            index = at_key + tl.arange(0, BLOCK_KEYS)
            there = index < last
            slot = tl.load(mine + index, mask=there, other=0).to(tl.int64)
            base = slot * pool_slot + kv_head * SIZE
            key = tl.load(
                keys + base[None, :] + element[:, None],
                mask=inside[:, None] & there[None, :],
                other=0.0,
            )
            score = tl.dot(query, key.to(PRODUCT), input_precision=PRECISION) * scale
            if SOFTCAP:  # tanh by the logistic function
                score = softcap * (2.0 * tl.sigmoid(2.0 * score / softcap) - 1.0)
            seen = there[None, :] & (index[None, :] <= limit[:, None])
            if WINDOW:
                seen = seen & (index[None, :] > limit[:, None] - window)
            score = tl.where(seen, score * LOG2E, float("-inf"))
            higher = tl.maximum(best, tl.max(score, axis=1))
            anchor = tl.where(
                higher == float("-inf"), 0.0, higher
            )  # a row that has seen nothing yet
            decay, weight = tl.exp2(best - anchor), tl.exp2(score - anchor[:, None])
            total = total * decay + tl.sum(weight, axis=1)
            value = tl.load(
                values + base[:, None] + element[None, :],
                mask=there[:, None] & inside[None, :],
                other=0.0,
            )
            acc = acc * decay[:, None] + tl.dot(
                weight.to(PRODUCT), value.to(PRODUCT), input_precision=PRECISION
            )
            best = higher
        none = total == 0.0
        total = tl.where(none, 1.0, total)
        acc = acc / total[:, None]
        to = (row if DIRECT else part) * HEADS + head
        tl.store(
            out + to[:, None].to(tl.int64) * SIZE + element[None, :],
            acc.to(out.dtype.element_ty),
            mask=alive[:, None] & inside[None, :],
        )
        if not DIRECT:
            tl.store(lse + to, tl.where(none, float("-inf"), best + tl.log2(total)), mask=alive)


@triton.jit(do_not_specialize_on_alignment=["begin", "order"])
def merge_kernel(
    partial,
    lse,
    begin,
    order,
    sinks,
    out,
    HEADS: tl.constexpr,
    SIZE: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
    SINKS: tl.constexpr,
):
    """One row and head: the parts of a row, weighed by their share of the softmax. A row without parts becomes zero."""
    row, head = tl.program_id(0), tl.program_id(1)
    element = tl.arange(0, BLOCK_SIZE)
    inside = element < SIZE
    best = -float("inf")
    total = 0.0
    if SINKS:  # a logit that takes part in the softmax and has no value
        best = tl.load(sinks + head).to(tl.float32) * LOG2E
        total = 1.0
    acc = tl.zeros([BLOCK_SIZE], tl.float32)
    for i in range(tl.load(begin + row), tl.load(begin + row + 1)):
        at = tl.load(order + i) * HEADS + head
        here = tl.load(lse + at)
        higher = tl.maximum(best, here)
        anchor = tl.where(higher == float("-inf"), 0.0, higher)
        decay, weight = tl.exp2(best - anchor), tl.exp2(here - anchor)
        value = tl.load(partial + at.to(tl.int64) * SIZE + element, mask=inside, other=0.0)
        acc = acc * decay + value * weight
        total = total * decay + weight
        best = higher
    acc = acc / tl.where(total == 0.0, 1.0, total)
    tl.store(out + (row * HEADS + head) * SIZE + element, acc.to(out.dtype.element_ty), mask=inside)
