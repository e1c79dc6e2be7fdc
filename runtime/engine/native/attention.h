// Attention over the pool, as the host planned it for a forward.

#pragma once

#include "common.h"

// What the host planned for a forward. An item is a stretch of context and the tokens that attend to it; a token may
// be in several items, and its partial results are then merged by their bases and sums.
typedef struct {
  i64 tokens, items, heads, kv_heads, dim;
  const i64 *slots;       // [tokens] where each token's key and value go
  const i64 *item_tokens; // [items + 1] where an item's tokens begin in `members`
  const i64 *members;     // [partials] token
  const i64 *limits;      // [partials] how many of the item's keys the token sees: the first so many
  const i64 *item_keys;   // [items + 1] where an item's keys begin in `keys`
  const i64 *keys;        // slots of keys
  const i64 *first;       // [tokens + 1] where a token's partial results are listed
  const i64 *listed;      // [partials] partial result
  float *partial;         // [partials, heads, dim]
  float *state;           // [partials, heads, 2] base and sum
} Plan;

typedef struct {
  bf16 *keys, *values; // of a layer: [slots, kv_heads, dim]
  const bf16 *q, *k, *v; // rows `stride` apart
  bf16 *out;             // [tokens, heads, dim], rows `out_stride` apart
  i64 stride, out_stride;
  float scale;
} Layer;

// A layer's attention: store the new keys and values, attend tile by tile, merge. dim is a multiple of 16, at most 256.
void attend(const Plan *plan, const Layer *layer);
