// Products with packed weights, and what follows them.

#include "products.h"
#include "team.h"

#include <unistd.h>

// Rows that meet a block together: with two registers a row for sums they leave room for weights.
#define ROWS 12
// Three rows are reached from one pointer, by the distance between rows and twice it. From one pointer for all twelve
// the compiler needs more multiples of the distance than there are registers: 7% slower.
#define THREE 3
#define IN_REGISTER(pointer) __asm__("" : "+r"(pointer))
// Rows of a panel, which stays in half of the second cache while all blocks meet it.
#define MOST_PANEL 120
// How far ahead weights are fetched into the second cache, in words, and from how many rows on: the processor's own
// fetching falls behind then, and 8 rows took an eighth longer. With 4 rows it doesn't, and ours would be in its way.
#define AHEAD 2048
#define MANY 8
// What a chunk reads at least, for each tile of rows.
#define LEAST_CHUNK (128 << 10)

typedef struct {
  uint32_t *packed;
  const bf16 *low, *high; // the first sixteen outputs of a block, and the others
  i64 width, step;        // outputs from one block to the next, in each of the two
} Packing;

static void pack_block(void *context, i64 block) {
  const Packing *p = context;
  const bf16 *halves[2] = {p->low + block * p->step * p->width, p->high + block * p->step * p->width};
  for (int half = 0; half < 2; half++)
    for (i64 d = 0; d < p->width; d += 32) {
      __m512i r[16];
      UNROLL for (int i = 0; i < 16; i++) r[i] = _mm512_loadu_si512(halves[half] + i * p->width + d);
      transpose(r);
      UNROLL for (int i = 0; i < 16; i++)
        _mm512_storeu_si512(p->packed + (block * p->width / 2 + d / 2 + i) * OUTPUTS + 16 * half, r[i]);
    }
}

// Lay weights `[outputs, width]` out as the dot product wants them.
void pack_weights(uint32_t *packed, const bf16 *weights, i64 outputs, i64 width) {
  Packing packing = {packed, weights, weights + 16 * width, width, OUTPUTS};
  in_parallel(pack_block, &packing, outputs / OUTPUTS);
}

// Lay `outputs` gates and as many lanes out, sixteen gates beside the sixteen lanes that they govern.
void pack_gated(uint32_t *packed, const bf16 *gates, const bf16 *lanes, i64 outputs, i64 width) {
  Packing packing = {packed, gates, lanes, width, 16};
  in_parallel(pack_block, &packing, outputs / 16);
}

void unpack_rows(bf16 *out, i64 stride, const bf16 *packed, const int32_t *outputs, i64 rows, i64 width) {
  for (i64 r = 0; r < rows; r++) {
    const uint32_t *line = (const uint32_t *)packed + outputs[r] / OUTPUTS * width / 2 * OUTPUTS + outputs[r] % OUTPUTS;
    for (i64 d = 0; d < width / 2; d++) memcpy(out + r * stride + 2 * d, line + d * OUTPUTS, 4);
  }
}

INLINE __m512 silu(__m512 x) {
  __m512 small = exponential(_mm512_sub_ps(_mm512_setzero_ps(), _mm512_abs_ps(x))); // e^-|x|
  __m512 one = _mm512_set1_ps(1.0f);
  __mmask16 negative = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
  return _mm512_div_ps(_mm512_mul_ps(x, _mm512_mask_mov_ps(one, negative, small)), _mm512_add_ps(one, small));
}

// What follows the sums of `n` rows under a block.
INLINE void finish(const int n, const Product *p, i64 block, i64 row, __m512 sum[ROWS][2]) {
  bf16 *out = p->out + row * p->out_stride;
  i64 at = block * OUTPUTS;
  _Pragma("GCC unroll 12") for (int r = 0; r < n; r++, out += p->out_stride) {
    if (p->is_gated) {
      store(out + at / 2, _mm512_mul_ps(silu(sum[r][0]), sum[r][1]));
      continue;
    }
    UNROLL for (int i = 0; i < 2; i++) {
      if (p->bias) sum[r][i] = _mm512_add_ps(sum[r][i], load(p->bias + at + 16 * i));
      if (p->other) sum[r][i] = _mm512_add_ps(sum[r][i], load(p->other + (row + r) * p->out_stride + at + 16 * i));
      store(out + at + 16 * i, sum[r][i]);
    }
  }
}

// `n` rows from `row` on meet a block.
INLINE void meet(const int n, const Product *p, i64 block, i64 row) {
  __m512 sum[ROWS][2];
  const uint32_t *weights = (const uint32_t *)p->weights + block * p->width / 2 * OUTPUTS;
  const int threes = (n + THREE - 1) / THREE;
  const bf16 *x[ROWS / THREE]; // of the first, the fourth row and so on
  _Pragma("GCC unroll 4") for (int i = 0; i < threes; i++) x[i] = p->x + (row + THREE * i) * p->stride;
  _Pragma("GCC unroll 12") for (int r = 0; r < n; r++) sum[r][0] = sum[r][1] = _mm512_setzero_ps();
  for (i64 d = 0; d < p->width; d += 2, weights += OUTPUTS) {
    _Pragma("GCC unroll 4") for (int i = 0; i < threes; i++) IN_REGISTER(x[i]);
    if (n >= MANY) _mm_prefetch((const char *)(weights + AHEAD), _MM_HINT_T1);
    if (n >= MANY) _mm_prefetch((const char *)(weights + AHEAD + 16), _MM_HINT_T1);
    __m512bh low = (__m512bh)_mm512_loadu_si512(weights), high = (__m512bh)_mm512_loadu_si512(weights + 16);
    _Pragma("GCC unroll 12") for (int r = 0; r < n; r++) {
      __m512bh v = pair(x[r / THREE] + r % THREE * p->stride);
      sum[r][0] = _mm512_dpbf16_ps(sum[r][0], low, v);
      sum[r][1] = _mm512_dpbf16_ps(sum[r][1], high, v);
    }
    _Pragma("GCC unroll 4") for (int i = 0; i < threes; i++) x[i] += 2;
  }
  finish(n, p, block, row, sum);
}

static void meet_some(i64 n, const Product *p, i64 block, i64 row) {
  switch (n) {
  case 1: return meet(1, p, block, row);
  case 2: return meet(2, p, block, row);
  case 3: return meet(3, p, block, row);
  case 4: return meet(4, p, block, row);
  case 5: return meet(5, p, block, row);
  case 6: return meet(6, p, block, row);
  case 7: return meet(7, p, block, row);
  case 8: return meet(8, p, block, row);
  case 9: return meet(9, p, block, row);
  case 10: return meet(10, p, block, row);
  case 11: return meet(11, p, block, row);
  default: return meet(12, p, block, row);
  }
}

// A panel's rows meet a block in tiles of equal size: a tile of few rows takes nearly as long as one of many.
static void product_block(const Product *p, i64 block, i64 row, i64 rows) {
  i64 tiles = (rows + ROWS - 1) / ROWS;
  for (i64 tile = 0; tile < tiles; tile++) {
    i64 from = rows * tile / tiles, until = rows * (tile + 1) / tiles;
    meet_some(until - from, p, block, row + from);
  }
}

typedef struct {
  const Product *product;
  i64 blocks, chunks, panel;
} Cut;

// A chunk is a run of blocks for one panel of rows.
static void product_chunk(void *context, i64 chunk) {
  const Cut *cut = context;
  i64 part = chunk % cut->chunks, row = chunk / cut->chunks * cut->panel;
  for (i64 block = part * cut->blocks / cut->chunks; block < (part + 1) * cut->blocks / cut->chunks; block++)
    product_block(cut->product, block, row, least(cut->panel, cut->product->rows - row));
}

// How many rows' inputs fill half of the second cache.
static i64 rows_that_fit(i64 width) {
  static i64 cache;
  if (!cache) cache = most(sysconf(_SC_LEVEL2_CACHE_SIZE), 1 << 19);
  return most(2 * ROWS, least(MOST_PANEL, cache / 2 / (width * (i64)sizeof(bf16)) / ROWS * ROWS));
}

void product(const Product *p) {
  i64 panel = rows_that_fit(p->width), blocks = p->outputs / OUTPUTS, panels = (p->rows + panel - 1) / panel;
  i64 worth = p->outputs * p->width * (i64)sizeof(bf16) / LEAST_CHUNK * most(1, least(p->rows, panel) / ROWS);
  Cut cut = {p, blocks, most(1, least(chunks_of(blocks), worth)), panel};
  in_parallel(product_chunk, &cut, panels * cut.chunks);
}
