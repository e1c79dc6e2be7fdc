// A block of keys and values under one head: how it is laid out, and how rows of queries meet it.

#pragma once

#include "common.h"

// Keys are met in blocks of so many: a block's scores for six rows fill the registers.
#define KEYS 64

// 32 numbers, or the 16 that a head ends with.
INLINE __m512i load_32(const bf16 *p, int left) {
  return left >= 32 ? _mm512_loadu_si512(p) : _mm512_zextsi256_si512(_mm256_loadu_si256((const __m256i *)p));
}

// Keys or values under one head: where they lie, and which of them. No pattern that the processor would see by itself
// leads from one to the next: they are fetched while those before them are laid out.
typedef struct {
  const bf16 *base;
  const i64 *slots;
  i64 count, line;
} Lines;

INLINE const bf16 *line_of(const Lines *lines, i64 i) { return lines->base + lines->slots[i] * lines->line; }
INLINE void fetch(const Lines *next, i64 i, int d) {
  _mm_prefetch((const char *)(line_of(next, least(i, next->count - 1)) + d), _MM_HINT_T1);
}

// Keys as the dot product wants them: [dim / 2][KEYS] pairs of neighbouring dimensions. What is missing of sixteen
// keys is zero, and so are scores of sixteen that are all missing: nobody sees them.
INLINE void pack_keys(uint32_t *packed, const Lines *keys, const Lines *next, int dim) {
  for (int at = (int)(keys->count + 15) / 16 * 16; at < KEYS; at += 16)
    for (int d = 0; d < dim / 2; d++) _mm512_store_si512(packed + d * KEYS + at, _mm512_setzero_si512());
  for (int at = 0; at < keys->count; at += 16)
    for (int d = 0; d < dim; d += 32) {
      __m512i r[16];
      UNROLL for (int i = 0; i < 16; i++)
        r[i] = at + i < keys->count ? load_32(line_of(keys, at + i) + d, dim - d) : _mm512_setzero_si512();
      UNROLL for (int i = 0; i < 16; i++) fetch(next, at + i, d);
      transpose(r);
      UNROLL for (int i = 0; i < 16; i++)
        if (d + 2 * i < dim) _mm512_store_si512(packed + (d / 2 + i) * KEYS + at, r[i]);
    }
}

// Values as the dot product wants them: [count / 2][dim] pairs of neighbouring keys.
INLINE void pack_values(uint32_t *packed, const Lines *values, const Lines *next, int dim) {
  const __m512i low = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6,
                                       37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
  const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  for (int key = 0; key < values->count; key += 2)
    for (int d = 0; d < dim; d += 32) {
      __m512i zero = _mm512_setzero_si512();
      __m512i a = load_32(line_of(values, key) + d, dim - d);
      __m512i b = key + 1 < values->count ? load_32(line_of(values, key + 1) + d, dim - d) : zero;
      fetch(next, key, d);
      fetch(next, key + 1, d);
      _mm512_store_si512(packed + key / 2 * dim + d, _mm512_permutex2var_epi16(a, low, b));
      if (d + 32 <= dim)
        _mm512_store_si512(packed + key / 2 * dim + d + 16, _mm512_permutex2var_epi16(a, high, b));
    }
}

// scores[n][16 * m] = q[n] . keys, for the keys from `from` on
INLINE void score_some(const int n, const int m, float *scores, const bf16 *q, const uint32_t *keys, int from,
                       const int dim) {
  __m512 sum[6][4];
  UNROLL for (int r = 0; r < n; r++) UNROLL for (int i = 0; i < m; i++) sum[r][i] = _mm512_setzero_ps();
  for (int d = 0; d < dim; d += 2) {
    __m512bh k[4];
    UNROLL for (int i = 0; i < m; i++) k[i] = (__m512bh)_mm512_load_si512(keys + d / 2 * KEYS + from + 16 * i);
    UNROLL for (int r = 0; r < n; r++) {
      __m512bh x = pair(q + r * dim + d);
      UNROLL for (int i = 0; i < m; i++) sum[r][i] = _mm512_dpbf16_ps(sum[r][i], k[i], x);
    }
  }
  UNROLL for (int r = 0; r < n; r++) UNROLL for (int i = 0; i < m; i++)
    _mm512_store_ps(scores + r * KEYS + from + 16 * i, sum[r][i]);
}

// scores[n][count] = q[n] . keys; what lies behind the count is not written.
INLINE void score(const int n, float *scores, const bf16 *q, const uint32_t *keys, i64 count, const int dim) {
  if (count > KEYS - 16) return score_some(n, 4, scores, q, keys, 0, dim);
  for (int from = 0; from < count; from += 16) score_some(n, 1, scores, q, keys, from, dim);
}

// out[n][16 * m] += weights[n] . values, for the lanes from `d` on
INLINE void add_lanes(const int n, const int m, float *out, const bf16 *weights, const uint32_t *values, i64 count,
                      int d, const int dim) {
  __m512 sum[6][4];
  UNROLL for (int r = 0; r < n; r++) UNROLL for (int i = 0; i < m; i++)
    sum[r][i] = _mm512_load_ps(out + r * dim + d + 16 * i);
  for (i64 key = 0; key < count; key += 2) {
    __m512bh v[4];
    UNROLL for (int i = 0; i < m; i++) v[i] = (__m512bh)_mm512_load_si512(values + key / 2 * dim + d + 16 * i);
    UNROLL for (int r = 0; r < n; r++) {
      __m512bh x = pair(weights + r * KEYS + key);
      UNROLL for (int i = 0; i < m; i++) sum[r][i] = _mm512_dpbf16_ps(sum[r][i], v[i], x);
    }
  }
  UNROLL for (int r = 0; r < n; r++) UNROLL for (int i = 0; i < m; i++)
    _mm512_store_ps(out + r * dim + d + 16 * i, sum[r][i]);
}

// out[n][dim] += weights[n] . values
INLINE void add_values(const int n, float *out, const bf16 *weights, const uint32_t *values, i64 count,
                       const int dim) {
  int d = 0;
  for (; d + 64 <= dim; d += 64) add_lanes(n, 4, out, weights, values, count, d, dim);
  for (; d + 32 <= dim; d += 32) add_lanes(n, 2, out, weights, values, count, d, dim);
  for (; d < dim; d += 16) add_lanes(n, 1, out, weights, values, count, d, dim);
}

// A row's weights are powers of two, relative to its base: a score near the highest so far, in the same measure.
typedef struct {
  float sums[16]; // of the weights, lane by lane
  float base;
} __attribute__((aligned(64))) State;

// Scores that lie so far above the base are weighed as they are; one that is higher becomes the base. So the highest is
// looked for across lanes, and sums are scaled, in a row's first block and hardly ever again.
#define MARGIN 8.0f

static void lift(State *state, float *out, float base, int dim) {
  __m512 shrink = _mm512_set1_ps(exp2f(state->base - base));
  state->base = base;
  _mm512_store_ps(state->sums, _mm512_mul_ps(_mm512_load_ps(state->sums), shrink));
  for (int d = 0; d < dim; d += 16) _mm512_store_ps(out + d, _mm512_mul_ps(_mm512_load_ps(out + d), shrink));
}

// Scores of a row's block become weights; those of keys that it doesn't see are 0.
INLINE void weigh(bf16 *weights, const float *scores, i64 seen, float scale, State *state, float *out, int dim) {
  __m512 x[4], highest = _mm512_set1_ps(-INFINITY), by = _mm512_set1_ps(scale);
  __mmask16 visible[4];
  UNROLL for (int i = 0; i < 4; i++) {
    visible[i] = first(seen - 16 * i);
    x[i] = _mm512_load_ps(scores + 16 * i);
    highest = _mm512_mask_max_ps(highest, visible[i], highest, x[i]);
  }
  highest = _mm512_mul_ps(highest, by);
  if (_mm512_cmp_ps_mask(highest, _mm512_set1_ps(state->base + MARGIN), _CMP_GT_OQ))
    lift(state, out, _mm512_reduce_max_ps(highest), dim);
  __m512 sum = _mm512_load_ps(state->sums), base = _mm512_set1_ps(state->base);
  UNROLL for (int i = 0; i < 4; i++) {
    x[i] = _mm512_maskz_mov_ps(visible[i], power_of_two(_mm512_fmsub_ps(x[i], by, base)));
    sum = _mm512_add_ps(sum, x[i]);
  }
  _mm512_store_ps(state->sums, sum);
  _mm512_store_si512(weights, (__m512i)_mm512_cvtne2ps_pbh(x[1], x[0]));
  _mm512_store_si512(weights + 32, (__m512i)_mm512_cvtne2ps_pbh(x[3], x[2]));
}

// `n` rows meet a block of keys. seen[r]: how many of them row r sees; no row sees more than the last. `scale`: of
// scores, in powers of two.
INLINE void meet(const int n, const bf16 *q, const uint32_t *keys, const uint32_t *values, const i64 *seen, float scale,
                 float *out, State *state, const int dim) {
  i64 count = seen[n - 1];
  if (count <= 0) return;
  float scores[6 * KEYS] __attribute__((aligned(64)));
  bf16 weights[6 * KEYS] __attribute__((aligned(64)));
  score(n, scores, q, keys, count, dim);
  for (int r = 0; r < n; r++) {
    if (seen[r] > 0)
      weigh(weights + r * KEYS, scores + r * KEYS, seen[r], scale, state + r, out + r * dim, dim);
    else
      memset(weights + r * KEYS, 0, KEYS * sizeof(bf16));
  }
  add_values(n, out, weights, values, count, dim);
}
