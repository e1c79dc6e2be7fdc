// Products with weights, and what follows them.

#include "common.h"
#include "team.h"

// Outputs that a packed block of weights has, and rows that meet it together.
#define OUTPUTS 32
#define ROWS 12
#define PANEL 120

// A product's epilogue.
enum { PLAIN, ADD, GATED };

typedef struct {
  i64 rows, width, outputs; // x is [rows, width]; outputs is a multiple of OUTPUTS, width of 32
  const bf16 *x, *weights;  // packed: [outputs / OUTPUTS][width / 2][OUTPUTS] pairs of neighbouring inputs
  const bf16 *bias;         // [outputs], or none
  const bf16 *other;        // [rows, outputs] to add, or none
  bf16 *out;                // [rows, outputs]; half as wide where gated
  i64 epilogue;
} Product;

typedef struct {
  uint32_t *packed;
  const bf16 *weights;
  i64 width;
} Packing;

static void pack_block(void *context, i64 block) {
  const Packing *p = context;
  for (i64 first = 0; first < OUTPUTS; first += 16)
    for (i64 d = 0; d < p->width; d += 32) {
      __m512i r[16];
      UNROLL for (int i = 0; i < 16; i++)
        r[i] = _mm512_loadu_si512(p->weights + (block * OUTPUTS + first + i) * p->width + d);
      transpose(r);
      UNROLL for (int i = 0; i < 16; i++)
        _mm512_storeu_si512(p->packed + (block * p->width / 2 + d / 2 + i) * OUTPUTS + first, r[i]);
    }
}

// Lay weights out as the dot product wants them. `weights` is [outputs, width].
void pack_weights(uint32_t *packed, const bf16 *weights, i64 outputs, i64 width) {
  Packing packing = {packed, weights, width};
  in_parallel(pack_block, &packing, outputs / OUTPUTS);
}

INLINE __m512 silu(__m512 x) {
  __m512 small = exponential(_mm512_sub_ps(_mm512_setzero_ps(), _mm512_abs_ps(x))); // e^-|x|
  __m512 one = _mm512_set1_ps(1.0f);
  __mmask16 negative = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
  return _mm512_div_ps(_mm512_mul_ps(x, _mm512_mask_mov_ps(one, negative, small)), _mm512_add_ps(one, small));
}

// A block's outputs of `n` rows. Gated: the block's first half are gates, its second half what they let through.
INLINE void product_tile(const int n, const Product *p, i64 block, i64 row) {
  __m512 sum[ROWS][2];
  const uint32_t *weights = (const uint32_t *)p->weights + block * p->width / 2 * OUTPUTS;
  const bf16 *x = p->x + row * p->width;
  _Pragma("GCC unroll 12") for (int r = 0; r < n; r++) sum[r][0] = sum[r][1] = _mm512_setzero_ps();
  for (i64 d = 0; d < p->width; d += 2, weights += OUTPUTS) {
    __m512bh low = (__m512bh)_mm512_loadu_si512(weights), high = (__m512bh)_mm512_loadu_si512(weights + 16);
    _Pragma("GCC unroll 12") for (int r = 0; r < n; r++) {
      __m512bh v = pair(x + r * p->width + d);
      sum[r][0] = _mm512_dpbf16_ps(sum[r][0], low, v);
      sum[r][1] = _mm512_dpbf16_ps(sum[r][1], high, v);
    }
  }
  _Pragma("GCC unroll 12") for (int r = 0; r < n; r++) {
    if (p->epilogue == GATED) {
      store(p->out + (row + r) * p->outputs / 2 + block * OUTPUTS / 2, _mm512_mul_ps(silu(sum[r][0]), sum[r][1]));
      continue;
    }
    i64 at = block * OUTPUTS;
    UNROLL for (int i = 0; i < 2; i++, at += 16) {
      if (p->bias) sum[r][i] = _mm512_add_ps(sum[r][i], load(p->bias + at));
      if (p->epilogue == ADD) sum[r][i] = _mm512_add_ps(sum[r][i], load(p->other + (row + r) * p->outputs + at));
      store(p->out + (row + r) * p->outputs + at, sum[r][i]);
    }
  }
}

static void product_block(const Product *p, i64 block, i64 from, i64 until) {
  i64 row = from;
  for (; row + 12 <= until; row += 12) product_tile(12, p, block, row);
  for (; row + 8 <= until; row += 8) product_tile(8, p, block, row);
  for (; row + 4 <= until; row += 4) product_tile(4, p, block, row);
  for (; row < until; row++) product_tile(1, p, block, row);
}

typedef struct {
  const Product *product;
  i64 blocks, chunks, panels;
} Cut;

// A chunk is a run of blocks for one panel of rows, which stays in the cache.
static void product_chunk(void *context, i64 chunk) {
  const Cut *cut = context;
  i64 panel = chunk / cut->chunks, part = chunk % cut->chunks;
  i64 from = panel * PANEL, until = least(from + PANEL, cut->product->rows);
  for (i64 block = part * cut->blocks / cut->chunks; block < (part + 1) * cut->blocks / cut->chunks; block++)
    product_block(cut->product, block, from, until);
}

// out = x . weights, with what the epilogue does to it.
void product(const Product *p) {
  i64 blocks = p->outputs / OUTPUTS;
  Cut cut = {p, blocks, chunks_of(blocks), (p->rows + PANEL - 1) / PANEL};
  in_parallel(product_chunk, &cut, cut.panels * cut.chunks);
}
