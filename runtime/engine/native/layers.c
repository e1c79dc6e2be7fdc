// Normalisation and rotation.

#include "common.h"

// Below this many elements a second thread costs more than it saves.
#define WORTH_A_THREAD 65536
// out[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight; width is a multiple of 16.
void rms_norm(bf16 *out, const bf16 *x, const bf16 *weight, i64 rows, i64 width, float epsilon) {
#pragma omp parallel for if (rows * width > WORTH_A_THREAD)
  for (i64 r = 0; r < rows; r++) {
    __m512 sum = _mm512_setzero_ps();
    for (i64 i = 0; i < width; i += 16) {
      __m512 v = load(x + r * width + i);
      sum = _mm512_fmadd_ps(v, v, sum);
    }
    __m512 scale = _mm512_set1_ps(1.0f / sqrtf(_mm512_reduce_add_ps(sum) / width + epsilon));
    for (i64 i = 0; i < width; i += 16)
      store(out + r * width + i,
            _mm512_mul_ps(_mm512_mul_ps(load(x + r * width + i), scale), load(weight + i)));
  }
}

// Rotate the first `heads` heads of every row by its position, in place. `cosine` and `sine` have a line of `dim`
// for each position; the sine's first half is negative. Rows are `stride` apart; dim is a multiple of 32.
void rotate(bf16 *x, const bf16 *cosine, const bf16 *sine, const i64 *positions, i64 rows, i64 heads,
            i64 dim, i64 stride) {
  i64 half = dim / 2;
#pragma omp parallel for if (rows * heads * dim > WORTH_A_THREAD)
  for (i64 r = 0; r < rows; r++) {
    const bf16 *c = cosine + positions[r] * dim, *s = sine + positions[r] * dim;
    for (bf16 *h = x + r * stride; h < x + r * stride + heads * dim; h += dim)
      for (i64 i = 0; i < half; i += 16) {
        __m512 low = load(h + i), high = load(h + half + i);
        store(h + i, _mm512_fmadd_ps(high, load(s + i), _mm512_mul_ps(low, load(c + i))));
        store(h + half + i,
              _mm512_fmadd_ps(low, load(s + half + i), _mm512_mul_ps(high, load(c + half + i))));
      }
  }
}
