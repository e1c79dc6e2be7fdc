// The layers of a decoder, one after the other, in one call.

#pragma once

#include "attention.h"
#include "layers.h"
#include "products.h"

// What a layer is made of. Of a product the weights, the bias and the sizes are given; a call says the rest.
typedef struct {
  const bf16 *attention_norm, *q_norm, *k_norm, *mlp_norm; // q_norm and k_norm: or none
  Product qkv, out, gated, down;
} DecoderLayer;

// Buffers have a row for each token, `stride` apart.
typedef struct {
  bf16 *at;
  i64 stride;
} Rows;

typedef struct {
  i64 layers, hidden;
  const bf16 *embedding; // [vocabulary, hidden], or packed as the weights of a product
  i64 is_packed;
  const DecoderLayer *layer;
  const bf16 *norm;          // behind the last layer
  const bf16 *cosine, *sine; // as in Heads
  float epsilon, scale;
} Decoder;

// A forward: what goes in, what lies between, and the pool, which what comes out goes to.
typedef struct {
  const int32_t *ids;
  const i64 *positions;
  Rows x, normed, qkv, attended, gated;
  bf16 *keys, *values;
  i64 layer_stride; // from one layer's keys to the next one's
  bf16 *hidden;     // [slots, hidden], the last states
} Forward;

// Take tokens through the layers.
void decode(const Decoder *decoder, const Plan *plan, const Forward *forward);
