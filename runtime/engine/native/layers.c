// Normalisation of rows, and of heads with their rotation.

#include "layers.h"
#include "team.h"

// Below this many elements a second thread costs more than it saves.
#define WORTH_A_THREAD 16384

static i64 chunks_worth(i64 rows, i64 width) { return rows * width > WORTH_A_THREAD ? chunks_of(rows) : 1; }

// 1 / sqrt(mean(x^2) + epsilon)
INLINE float inverse_norm(const bf16 *x, i64 width, float epsilon) {
  __m512 sum = _mm512_setzero_ps();
  for (i64 i = 0; i < width; i += 16) {
    __m512 v = load_some(x + i, first(width - i));
    sum = _mm512_fmadd_ps(v, v, sum);
  }
  return 1.0f / sqrtf(_mm512_reduce_add_ps(sum) / width + epsilon);
}

typedef struct {
  bf16 *out;
  const bf16 *x, *weight;
  i64 out_stride, stride, rows, width, chunks;
  float epsilon;
} Norm;

static void norm_rows(void *context, i64 chunk) {
  const Norm *n = context;
  for (i64 r = chunk * n->rows / n->chunks; r < (chunk + 1) * n->rows / n->chunks; r++) {
    const bf16 *x = n->x + r * n->stride;
    __m512 scale = _mm512_set1_ps(inverse_norm(x, n->width, n->epsilon));
    for (i64 i = 0; i < n->width; i += 16) {
      __mmask16 some = first(n->width - i);
      __m512 weight = load_some(n->weight + i, some);
      store_some(n->out + r * n->out_stride + i, some, _mm512_mul_ps(_mm512_mul_ps(load_some(x + i, some), scale), weight));
    }
  }
}

void rms_norm(bf16 *out, i64 out_stride, const bf16 *x, i64 stride, const bf16 *weight, i64 rows, i64 width,
              float epsilon) {
  Norm norm = {out, x, weight, out_stride, stride, rows, width, chunks_worth(rows, width), epsilon};
  in_parallel(norm_rows, &norm, norm.chunks);
}

// A part of a head times its norm, if it has one.
INLINE __m512 normed(const bf16 *x, const bf16 *norm, i64 at, __mmask16 some, __m512 scale) {
  __m512 v = load_some(x + at, some);
  return norm ? _mm512_mul_ps(_mm512_mul_ps(v, scale), load_some(norm + at, some)) : v;
}

static void turn_head(bf16 *x, const bf16 *norm, const bf16 *c, const bf16 *s, i64 dim, float epsilon) {
  i64 half = dim / 2;
  __m512 scale = _mm512_set1_ps(norm ? inverse_norm(x, dim, epsilon) : 1.0f);
  for (i64 i = 0; i < half; i += 16) {
    __mmask16 some = first(half - i);
    __m512 low = normed(x, norm, i, some, scale), high = normed(x, norm, half + i, some, scale);
    __m512 turned_low = _mm512_mul_ps(low, load_some(c + i, some));
    __m512 turned_high = _mm512_mul_ps(high, load_some(c + half + i, some));
    store_some(x + i, some, _mm512_fmadd_ps(high, load_some(s + i, some), turned_low));
    store_some(x + half + i, some, _mm512_fmadd_ps(low, load_some(s + half + i, some), turned_high));
  }
}

typedef struct {
  const Heads *heads;
  i64 chunks;
} Turning;

static void turn_rows(void *context, i64 chunk) {
  const Turning *turning = context;
  const Heads *h = turning->heads;
  for (i64 r = chunk * h->rows / turning->chunks; r < (chunk + 1) * h->rows / turning->chunks; r++) {
    const bf16 *c = h->cosine + h->positions[r] * h->dim, *s = h->sine + h->positions[r] * h->dim;
    for (i64 i = 0; i < h->heads + h->kv_heads; i++)
      turn_head(h->x + r * h->stride + i * h->dim, i < h->heads ? h->q_norm : h->k_norm, c, s, h->dim, h->epsilon);
  }
}

void turn_heads(const Heads *heads) {
  Turning turning = {heads, chunks_worth(heads->rows, (heads->heads + heads->kv_heads) * heads->dim)};
  in_parallel(turn_rows, &turning, turning.chunks);
}
