// Products with packed weights, and what follows them.

#pragma once

#include "common.h"

// Outputs that a packed block of weights has.
#define OUTPUTS 32

typedef struct {
  i64 rows, width, outputs; // outputs is a multiple of OUTPUTS, width of 32
  i64 stride, out_stride;   // from one row to the next, of `x`, and of `out` and `other`
  const bf16 *x, *weights;  // [rows, width]; packed: [outputs / OUTPUTS][width / 2][OUTPUTS] pairs of neighbouring inputs
  const bf16 *bias;         // [outputs], or none
  const bf16 *other;        // [rows, outputs] to add, or none; may be `out`
  bf16 *out;                // [rows, outputs]; half of them where gated
  i64 is_gated;             // each block is half gates, half what they let through
} Product;

// out[r] = the weights of output outputs[r], `width` of them, as they were before they were packed.
void unpack_rows(bf16 *out, i64 stride, const bf16 *packed, const int32_t *outputs, i64 rows, i64 width);

// out = x . weights, and what is asked for beside.
void product(const Product *p);
