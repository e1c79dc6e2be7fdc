// Normalisation of rows, and of heads with their rotation.

#pragma once

#include "common.h"

// out[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight.
void rms_norm(bf16 *out, i64 out_stride, const bf16 *x, i64 stride, const bf16 *weight, i64 rows, i64 width,
              float epsilon);

// Rows of heads that lie side by side, `stride` apart: those of queries, then those of keys.
typedef struct {
  bf16 *x;
  i64 rows, heads, kv_heads, dim, stride; // dim is even
  const bf16 *q_norm, *k_norm;            // weights of each head's norm, or none
  const bf16 *cosine, *sine;              // a line of `dim` for each position; the sine's first half is negative
  const i64 *positions;                   // of rows
  float epsilon;
} Heads;

// Normalise each head, where there are norms, and rotate it by its row's position, in place.
void turn_heads(const Heads *heads);
