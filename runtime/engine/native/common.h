// What the kernels share: bfloat16 in and out of registers, exp, and a transposition. For CPUs with AVX512_BF16.
//
// Every kernel works on bfloat16 tensors in place or into buffers of the caller, computes in float32 and rounds once.
// What is worth it is shared by the threads of team.c.

#pragma once

#ifndef __AVX512BF16__
#error "this processor has no bfloat16 dot products"
#endif

#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef uint16_t bf16;
typedef int64_t i64;

#define UNROLL _Pragma("GCC unroll 8")
#define INLINE static inline __attribute__((always_inline))

INLINE __m512 widen(__m256i x) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16));
}
INLINE __m512 load(const bf16 *p) { return widen(_mm256_loadu_si256((const __m256i *)p)); }
INLINE void store(bf16 *p, __m512 x) {
  _mm256_storeu_si256((__m256i *)p, (__m256i)_mm512_cvtneps_pbh(x));
}

// The first `count` of sixteen lanes, and loads and stores of these alone.
INLINE __mmask16 first(i64 count) { return count >= 16 ? 0xffff : count <= 0 ? 0 : (__mmask16)((1 << count) - 1); }
INLINE __m512 load_some(const bf16 *p, __mmask16 some) { return widen(_mm256_maskz_loadu_epi16(some, p)); }
INLINE void store_some(bf16 *p, __mmask16 some, __m512 x) {
  _mm256_mask_storeu_epi16(p, some, (__m256i)_mm512_cvtneps_pbh(x));
}

INLINE __m512bh pair(const bf16 *p) {
  uint32_t bits;
  memcpy(&bits, p, 4);
  return (__m512bh)_mm512_set1_epi32((int)bits);
}

INLINE i64 least(i64 a, i64 b) { return a < b ? a : b; }
INLINE i64 most(i64 a, i64 b) { return a > b ? a : b; }

#define LOG2_E 1.44269504f

// 2^x for x below 100, to 4e-5 of it: a hundredth of what bfloat16 keeps. What isn't a number stays so: max yields its
// second operand.
INLINE __m512 power_of_two(__m512 x) {
  x = _mm512_max_ps(_mm512_set1_ps(-125.0f), x);
  __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m512 f = _mm512_sub_ps(x, whole);
  __m512 y = _mm512_set1_ps(0.0096181291f); // Taylor terms of 2^f, |f| <= 1/2
  y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(0.0555041087f));
  y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(0.2402265070f));
  y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(0.6931471806f));
  y = _mm512_fmadd_ps(y, f, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(y, whole);
}

INLINE __m512 exponential(__m512 x) { return power_of_two(_mm512_mul_ps(x, _mm512_set1_ps(LOG2_E))); }

// Transpose 16 lines of 16 words.
INLINE void transpose(__m512i r[16]) {
  __m512i t[16];
  UNROLL for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0x88);
    t[4 + i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0xdd);
    t[8 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0x88);
    t[12 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0xdd);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
    r[4 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0x88);
    r[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
    r[12 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0xdd);
  }
}
