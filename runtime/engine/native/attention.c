// Attention over the pool: stores, attends tile by tile, merges.

#include "attention.h"
#include "team.h"

// Keys are met in blocks of so many: a block's scores for six rows fill the registers.
#define KEYS 64
// Tokens whose queries meet a block of keys together, so that laying it out pays; and how many rows (a token's heads
// that share a key head) they may be, so that a tile's arrays fit on a thread's stack. So many tiles are enough for all
// threads.
#define TILE 64
#define MOST_ROWS 192
#define MANY_TILES 6

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

// scores[n][KEYS] = q[n] . keys
INLINE void score(const int n, float *scores, const bf16 *q, const uint32_t *keys, const int dim) {
  __m512 sum[6][4];
  UNROLL for (int r = 0; r < n; r++) UNROLL for (int i = 0; i < 4; i++) sum[r][i] = _mm512_setzero_ps();
  for (int d = 0; d < dim; d += 2) {
    __m512bh k[4];
    UNROLL for (int i = 0; i < 4; i++) k[i] = (__m512bh)_mm512_load_si512(keys + d / 2 * KEYS + 16 * i);
    UNROLL for (int r = 0; r < n; r++) {
      __m512bh x = pair(q + r * dim + d);
      UNROLL for (int i = 0; i < 4; i++) sum[r][i] = _mm512_dpbf16_ps(sum[r][i], k[i], x);
    }
  }
  UNROLL for (int r = 0; r < n; r++) UNROLL for (int i = 0; i < 4; i++)
    _mm512_store_ps(scores + r * KEYS + 16 * i, sum[r][i]);
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

// Scores of a row's block become weights relative to the row's maximum so far; what was summed up before follows it.
INLINE void weigh(bf16 *weights, const float *scores, i64 seen, float scale, float *state, float *out, int dim) {
  __m512 x[4], highest = _mm512_set1_ps(-INFINITY);
  __mmask16 visible[4];
  UNROLL for (int i = 0; i < 4; i++) {
    visible[i] = first(seen - 16 * i);
    x[i] = _mm512_mul_ps(_mm512_load_ps(scores + 16 * i), _mm512_set1_ps(scale));
    highest = _mm512_mask_max_ps(highest, visible[i], highest, x[i]);
  }
  float top = _mm512_reduce_max_ps(highest);
  if (top > state[0]) {
    float shrink = state[1] > 0 ? expf(state[0] - top) : 0;
    state[0] = top;
    state[1] *= shrink;
    for (int d = 0; d < dim; d += 16)
      _mm512_store_ps(out + d, _mm512_mul_ps(_mm512_load_ps(out + d), _mm512_set1_ps(shrink)));
  }
  __m512 sum = _mm512_setzero_ps(), base = _mm512_set1_ps(state[0]);
  UNROLL for (int i = 0; i < 4; i++) {
    x[i] = _mm512_maskz_mov_ps(visible[i], exponential(_mm512_sub_ps(x[i], base)));
    sum = _mm512_add_ps(sum, x[i]);
  }
  state[1] += _mm512_reduce_add_ps(sum);
  _mm512_store_si512(weights, (__m512i)_mm512_cvtne2ps_pbh(x[1], x[0]));
  _mm512_store_si512(weights + 32, (__m512i)_mm512_cvtne2ps_pbh(x[3], x[2]));
}

// `n` rows meet a block of `count` keys. seen[r]: how many of them row r sees; no row sees more than the last.
INLINE void meet(const int n, const bf16 *q, const uint32_t *keys, const uint32_t *values, i64 count,
                 const i64 *seen, float scale, float *out, float *state, const int dim) {
  if (seen[n - 1] <= 0) return;
  float scores[6 * KEYS] __attribute__((aligned(64)));
  bf16 weights[6 * KEYS] __attribute__((aligned(64)));
  score(n, scores, q, keys, dim);
  for (int r = 0; r < n; r++) {
    if (seen[r] > 0)
      weigh(weights + r * KEYS, scores + r * KEYS, seen[r], scale, state + 2 * r, out + r * dim, dim);
    else
      memset(weights + r * KEYS, 0, KEYS * sizeof(bf16));
  }
  add_values(n, out, weights, values, count, dim);
}

// Some tokens of an item under some key heads: what a chunk of the work is.
typedef struct {
  i64 item, from, until; // tokens, among the plan's members
  i64 head, heads;       // key heads
} Tile;

INLINE i64 rows_of(const Plan *plan, const Tile *tile) {
  return (tile->until - tile->from) * (plan->heads / plan->kv_heads);
}

// Rows of a tile meet a block under one key head, as many at once as registers hold.
INLINE void meet_all(i64 rows, const bf16 *q, const uint32_t *keys, const uint32_t *values, i64 count,
                     const i64 *seen, float scale, float *out, float *state, const int dim) {
  i64 r = 0;
  for (; r + 6 <= rows; r += 6)
    meet(6, q + r * dim, keys, values, count, seen + r, scale, out + r * dim, state + 2 * r, dim);
  for (; r + 3 <= rows; r += 3)
    meet(3, q + r * dim, keys, values, count, seen + r, scale, out + r * dim, state + 2 * r, dim);
  for (; r + 2 <= rows; r += 2)
    meet(2, q + r * dim, keys, values, count, seen + r, scale, out + r * dim, state + 2 * r, dim);
  for (; r < rows; r++)
    meet(1, q + r * dim, keys, values, count, seen + r, scale, out + r * dim, state + 2 * r, dim);
}

// The queries of a tile, [key head][token][query head of it][dim].
static void gather(const Plan *plan, const Layer *layer, const Tile *tile, bf16 *q) {
  i64 group = plan->heads / plan->kv_heads, size = group * plan->dim;
  for (i64 h = tile->head; h < tile->head + tile->heads; h++)
    for (i64 i = tile->from; i < tile->until; i++, q += size)
      memcpy(q, layer->q + plan->members[i] * layer->stride + h * size, size * sizeof(bf16));
}

// A tile attends to its item's keys. Blocks come one after the other, each under all of the tile's heads, as they lie
// in the pool. Results stay in `out` and `state`.
INLINE void attend_tile(const Plan *plan, const Layer *layer, const Tile *tile, float *out, float *state,
                        const int dim) {
  i64 rows = rows_of(plan, tile), group = plan->heads / plan->kv_heads, line = plan->kv_heads * dim, deepest = 0;
  bf16 q[tile->heads * rows * dim] __attribute__((aligned(64)));
  i64 limits[rows], seen[rows];
  uint32_t keys[dim / 2 * KEYS] __attribute__((aligned(64))), values[KEYS / 2 * dim] __attribute__((aligned(64)));
  gather(plan, layer, tile, q);
  for (i64 r = 0; r < rows; r++) {
    limits[r] = plan->limits[tile->from + r / group];
    deepest = most(deepest, limits[r]);
  }
  memset(out, 0, tile->heads * rows * dim * sizeof(float));
  for (i64 r = 0; r < tile->heads * rows; r++) state[2 * r] = -INFINITY, state[2 * r + 1] = 0;
  const i64 *slots = plan->keys + plan->item_keys[tile->item];
  for (i64 at = 0; at < deepest; at += KEYS) {
    for (i64 r = 0; r < rows; r++) seen[r] = least(limits[r] - at, KEYS);
    for (i64 h = 0; h < tile->heads; h++) {
      i64 is_last = h + 1 == tile->heads, row = h * rows;
      i64 here = (tile->head + h) * dim, next = (tile->head + (is_last ? 0 : h + 1)) * dim;
      Lines k = {layer->keys + here, slots + at, least(KEYS, deepest - at), line}, next_k = k, v = k, next_v;
      if (is_last && at + KEYS < deepest) next_k.slots += KEYS, next_k.count = least(KEYS, deepest - at - KEYS);
      next_v = next_k;
      next_k.base = layer->keys + next, v.base = layer->values + here, next_v.base = layer->values + next;
      pack_keys(keys, &k, &next_k, dim);
      pack_values(values, &v, &next_v, dim);
      meet_all(rows, q + row * dim, keys, values, k.count, seen, layer->scale, out + row * dim, state + 2 * row, dim);
    }
  }
}

// Write a tile's rows: as results where they are a token's only part, else as partial results.
static void write_tile(const Plan *plan, const Layer *layer, const Tile *tile, const float *out, const float *state) {
  i64 dim = plan->dim, group = plan->heads / plan->kv_heads;
  for (i64 h = tile->head; h < tile->head + tile->heads; h++)
    for (i64 i = tile->from; i < tile->until; i++)
      for (i64 g = 0; g < group; g++, out += dim, state += 2) {
        i64 token = plan->members[i], at = h * group + g;
        if (plan->first[token + 1] - plan->first[token] == 1) {
          __m512 scale = _mm512_set1_ps(1.0f / state[1]);
          for (i64 d = 0; d < dim; d += 16)
            store(layer->out + token * layer->out_stride + at * dim + d, _mm512_mul_ps(_mm512_load_ps(out + d), scale));
        } else {
          memcpy(plan->partial + (i * plan->heads + at) * dim, out, dim * sizeof(float));
          memcpy(plan->state + (i * plan->heads + at) * 2, state, 2 * sizeof(float));
        }
      }
}

static void run_tile(const Plan *plan, const Layer *layer, const Tile *tile) {
  i64 rows = rows_of(plan, tile) * tile->heads;
  float out[rows * plan->dim] __attribute__((aligned(64))), state[rows * 2];
  if (plan->dim == 64) // the usual ones with loops of known length
    attend_tile(plan, layer, tile, out, state, 64);
  else if (plan->dim == 128)
    attend_tile(plan, layer, tile, out, state, 128);
  else
    attend_tile(plan, layer, tile, out, state, (int)plan->dim);
  write_tile(plan, layer, tile, out, state);
}

// Merge the partial results of a token, where it has several.
static void merge_token(const Plan *plan, const Layer *layer, i64 token) {
  i64 first = plan->first[token], last = plan->first[token + 1], dim = plan->dim;
  if (last - first < 2) return;
  for (i64 head = 0; head < plan->heads; head++) {
    float top = -INFINITY, sum = 0;
    for (i64 i = first; i < last; i++) top = fmaxf(top, plan->state[(plan->listed[i] * plan->heads + head) * 2]);
    float shares[last - first];
    for (i64 i = first; i < last; i++) {
      const float *state = plan->state + (plan->listed[i] * plan->heads + head) * 2;
      shares[i - first] = expf(state[0] - top);
      sum += shares[i - first] * state[1];
    }
    for (i64 d = 0; d < dim; d += 16) {
      __m512 total = _mm512_setzero_ps();
      for (i64 i = first; i < last; i++)
        total = _mm512_fmadd_ps(_mm512_loadu_ps(plan->partial + (plan->listed[i] * plan->heads + head) * dim + d),
                                _mm512_set1_ps(shares[i - first] / sum), total);
      store(layer->out + token * layer->out_stride + head * dim + d, total);
    }
  }
}

static void store_new(const Plan *plan, const Layer *layer) {
  i64 line = plan->kv_heads * plan->dim;
  for (i64 t = 0; t < plan->tokens; t++) {
    memcpy(layer->keys + plan->slots[t] * line, layer->k + t * layer->stride, line * sizeof(bf16));
    memcpy(layer->values + plan->slots[t] * line, layer->v + t * layer->stride, line * sizeof(bf16));
  }
}

typedef struct {
  const Plan *plan;
  const Layer *layer;
  const i64 *tiles; // [items + 1] where an item's tiles begin
  i64 tile_tokens, count, heads; // of a tile at most, runs of tokens that are one, key heads of a tile
  i64 merges;
} Attending;

// One tile. The last tiles of a run of tokens see most keys: they go first.
static void attend_chunk(void *context, i64 chunk) {
  const Attending *a = context;
  const Plan *plan = a->plan;
  i64 parts = plan->kv_heads / a->heads, n = a->count - 1 - chunk / parts, item = 0;
  while (a->tiles[item + 1] <= n) item++;
  i64 from = plan->item_tokens[item] + (n - a->tiles[item]) * a->tile_tokens;
  i64 until = least(from + a->tile_tokens, plan->item_tokens[item + 1]);
  Tile tile = {item, from, until, chunk % parts * a->heads, a->heads};
  run_tile(plan, a->layer, &tile);
}

static void merge_chunk(void *context, i64 chunk) {
  const Attending *a = context;
  i64 tokens = a->plan->tokens;
  for (i64 t = chunk * tokens / a->merges; t < (chunk + 1) * tokens / a->merges; t++) merge_token(a->plan, a->layer, t);
}

// How many key heads a tile is of. All of them where tiles are small and there are enough for all threads.
static i64 heads_of_a_tile(const Plan *plan, i64 tiles, i64 longest) {
  return tiles >= MANY_TILES && longest * plan->heads <= MOST_ROWS ? plan->kv_heads : 1;
}

void attend(const Plan *plan, const Layer *layer) {
  store_new(plan, layer);
  const i64 tile_tokens = most(1, least(TILE, MOST_ROWS / (plan->heads / plan->kv_heads)));
  i64 tiles[plan->items + 1], longest = 0;
  tiles[0] = 0;
  for (i64 i = 0; i < plan->items; i++) {
    i64 tokens = plan->item_tokens[i + 1] - plan->item_tokens[i];
    tiles[i + 1] = tiles[i] + (tokens + tile_tokens - 1) / tile_tokens;
    longest = most(longest, least(tokens, tile_tokens));
  }
  i64 count = tiles[plan->items], heads = heads_of_a_tile(plan, count, longest), merges = chunks_of(plan->tokens);
  Attending attending = {plan, layer, tiles, tile_tokens, count, heads, merges};
  in_parallel(attend_chunk, &attending, count * (plan->kv_heads / heads));
  if (plan->first[plan->tokens] > plan->tokens) in_parallel(merge_chunk, &attending, merges);
}
