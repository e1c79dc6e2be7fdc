// Normalisation and rotation.

#include "common.h"
#include "team.h"

// Below this many elements a second thread costs more than it saves.
#define WORTH_A_THREAD 65536

typedef struct {
  bf16 *out;
  const bf16 *x, *weight;
  i64 rows, width, chunks;
  float epsilon;
} Norm;

static void norm_rows(void *context, i64 chunk) {
  const Norm *n = context;
  i64 width = n->width;
  for (i64 r = chunk * n->rows / n->chunks; r < (chunk + 1) * n->rows / n->chunks; r++) {
    __m512 sum = _mm512_setzero_ps();
    for (i64 i = 0; i < width; i += 16) {
      __m512 v = load(n->x + r * width + i);
      sum = _mm512_fmadd_ps(v, v, sum);
    }
    __m512 scale = _mm512_set1_ps(1.0f / sqrtf(_mm512_reduce_add_ps(sum) / width + n->epsilon));
    for (i64 i = 0; i < width; i += 16)
      store(n->out + r * width + i,
            _mm512_mul_ps(_mm512_mul_ps(load(n->x + r * width + i), scale), load(n->weight + i)));
  }
}

// out[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight; width is a multiple of 16.
void rms_norm(bf16 *out, const bf16 *x, const bf16 *weight, i64 rows, i64 width, float epsilon) {
  Norm norm = {out, x, weight, rows, width, rows * width > WORTH_A_THREAD ? chunks_of(rows) : 1, epsilon};
  in_parallel(norm_rows, &norm, norm.chunks);
}

typedef struct {
  bf16 *x;
  const bf16 *cosine, *sine;
  const i64 *positions;
  i64 rows, heads, dim, stride, chunks;
} Rotation;

static void rotate_rows(void *context, i64 chunk) {
  const Rotation *a = context;
  i64 half = a->dim / 2;
  for (i64 r = chunk * a->rows / a->chunks; r < (chunk + 1) * a->rows / a->chunks; r++) {
    const bf16 *c = a->cosine + a->positions[r] * a->dim, *s = a->sine + a->positions[r] * a->dim;
    for (bf16 *h = a->x + r * a->stride; h < a->x + r * a->stride + a->heads * a->dim; h += a->dim)
      for (i64 i = 0; i < half; i += 16) {
        __m512 low = load(h + i), high = load(h + half + i);
        store(h + i, _mm512_fmadd_ps(high, load(s + i), _mm512_mul_ps(low, load(c + i))));
        store(h + half + i, _mm512_fmadd_ps(low, load(s + half + i), _mm512_mul_ps(high, load(c + half + i))));
      }
  }
}

// Rotate the first `heads` heads of every row by its position, in place. `cosine` and `sine` have a line of `dim`
// for each position; the sine's first half is negative. Rows are `stride` apart; dim is a multiple of 32.
void rotate(bf16 *x, const bf16 *cosine, const bf16 *sine, const i64 *positions, i64 rows, i64 heads,
            i64 dim, i64 stride) {
  i64 chunks = rows * heads * dim > WORTH_A_THREAD ? chunks_of(rows) : 1;
  Rotation rotation = {x, cosine, sine, positions, rows, heads, dim, stride, chunks};
  in_parallel(rotate_rows, &rotation, chunks);
}
