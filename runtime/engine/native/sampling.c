// The likeliest token of each row, and those that may not come.

#include "common.h"
#include "team.h"

typedef struct {
  i64 *found;
  const bf16 *logits;
  i64 width, stride;
} Choice;

// The highest of a row, or what is no number if there is any.
static float highest(const bf16 *x, i64 width) {
  __m512 top = _mm512_set1_ps(-INFINITY);
  __mmask16 strange = 0;
  for (i64 i = 0; i < width; i += 16) {
    __mmask16 some = first(width - i);
    __m512 v = load_some(x + i, some);
    strange |= _mm512_mask_cmp_ps_mask(some, v, v, _CMP_UNORD_Q);
    top = _mm512_mask_max_ps(top, some, top, v);
  }
  return strange ? NAN : _mm512_reduce_max_ps(top);
}

// Where the first of the highest stands.
static void choose(void *context, i64 row) {
  const Choice *c = context;
  const bf16 *x = c->logits + row * c->stride;
  float top = highest(x, c->width);
  __m512 wanted = _mm512_set1_ps(top);
  for (i64 i = 0; i < c->width; i += 16) {
    __mmask16 some = first(c->width - i);
    __m512 v = load_some(x + i, some);
    __mmask16 here = isnan(top) ? _mm512_mask_cmp_ps_mask(some, v, v, _CMP_UNORD_Q)
                                : _mm512_mask_cmp_ps_mask(some, v, wanted, _CMP_EQ_OQ);
    if (here) {
      c->found[row] = i + __builtin_ctz(here);
      return;
    }
  }
}

// found[r] = the first of the highest of row r; what is no number counts as the highest.
void likeliest(i64 *found, const bf16 *logits, i64 rows, i64 width, i64 stride) {
  Choice choice = {found, logits, width, stride};
  in_parallel(choose, &choice, rows);
}

typedef struct {
  bf16 *logits;
  const uint32_t *bits;
  const i64 *rows;
  i64 width, stride, words;
} Forbidding;

static void forbid_row(void *context, i64 i) {
  const Forbidding *f = context;
  bf16 *x = f->logits + f->rows[i] * f->stride;
  const uint32_t *bits = f->bits + i * f->words;
  const __m512i never = _mm512_set1_epi16((short)0xff80); // -inf
  for (i64 word = 0; 32 * word < f->width; word++) {
    bf16 *at = x + 32 * word;
    __mmask32 forbidden = ~bits[word];
    if (f->width - 32 * word < 32)
      _mm512_mask_storeu_epi16(at, forbidden & ((1u << (f->width - 32 * word)) - 1), never);
    else if (forbidden)
      _mm512_storeu_si512(at, _mm512_mask_mov_epi16(_mm512_loadu_si512(at), forbidden, never));
  }
}

// Sets to -inf what has no bit: line i of bits, `words` long, is for row rows[i] of the logits.
void forbid(bf16 *logits, const uint32_t *bits, const i64 *rows, i64 count, i64 width, i64 stride, i64 words) {
  Forbidding forbidding = {logits, bits, rows, width, stride, words};
  in_parallel(forbid_row, &forbidding, count);
}
