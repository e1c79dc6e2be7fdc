// Attention over the pool: stores, attends tile by tile, merges.

#include "attention.h"
#include "blocks.h"
#include "team.h"

// Tokens whose queries meet a block of keys together, so that laying it out pays; and how many rows (a token's heads
// that share a key head) they may be, so that a tile's arrays fit on a thread's stack. So many tiles are enough for all
// threads.
#define TILE 64
#define MOST_ROWS 192
#define MANY_TILES 6

// Some tokens of an item under some key heads: what a chunk of the work is.
typedef struct {
  i64 item, from, until; // tokens, among the plan's members
  i64 head, heads;       // key heads
} Tile;

INLINE i64 rows_of(const Plan *plan, const Tile *tile) {
  return (tile->until - tile->from) * (plan->heads / plan->kv_heads);
}

// Rows of a tile meet a block under one key head, as many at once as registers hold.
INLINE void meet_all(i64 rows, const bf16 *q, const uint32_t *keys, const uint32_t *values, const i64 *seen,
                     float scale, float *out, State *state, const int dim) {
  i64 r = 0;
  for (; r + 6 <= rows; r += 6)
    meet(6, q + r * dim, keys, values, seen + r, scale, out + r * dim, state + r, dim);
  for (; r + 3 <= rows; r += 3)
    meet(3, q + r * dim, keys, values, seen + r, scale, out + r * dim, state + r, dim);
  for (; r + 2 <= rows; r += 2)
    meet(2, q + r * dim, keys, values, seen + r, scale, out + r * dim, state + r, dim);
  for (; r < rows; r++)
    meet(1, q + r * dim, keys, values, seen + r, scale, out + r * dim, state + r, dim);
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
INLINE void attend_tile(const Plan *plan, const Layer *layer, const Tile *tile, float *out, State *state,
                        const int dim) {
  i64 rows = rows_of(plan, tile), group = plan->heads / plan->kv_heads, line = plan->kv_heads * dim, deepest = 0;
  bf16 q[tile->heads * rows * dim] __attribute__((aligned(64)));
  i64 limits[rows], seen[rows];
  float scale = layer->scale * LOG2_E;
  uint32_t keys[dim / 2 * KEYS] __attribute__((aligned(64))), values[KEYS / 2 * dim] __attribute__((aligned(64)));
  gather(plan, layer, tile, q);
  for (i64 r = 0; r < rows; r++) {
    limits[r] = plan->limits[tile->from + r / group];
    deepest = most(deepest, limits[r]);
  }
  memset(out, 0, tile->heads * rows * dim * sizeof(float));
  for (i64 r = 0; r < tile->heads * rows; r++) state[r] = (State){.base = -INFINITY};
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
      meet_all(rows, q + row * dim, keys, values, seen, scale, out + row * dim, state + row, dim);
    }
  }
}

// Write a tile's rows: as results where they are a token's only part, else as partial results.
static void write_tile(const Plan *plan, const Layer *layer, const Tile *tile, const float *out, const State *state) {
  i64 dim = plan->dim, group = plan->heads / plan->kv_heads;
  for (i64 h = tile->head; h < tile->head + tile->heads; h++)
    for (i64 i = tile->from; i < tile->until; i++)
      for (i64 g = 0; g < group; g++, out += dim, state++) {
        i64 token = plan->members[i], at = h * group + g;
        float sum = _mm512_reduce_add_ps(_mm512_load_ps(state->sums));
        if (plan->first[token + 1] - plan->first[token] == 1) {
          __m512 scale = _mm512_set1_ps(1.0f / sum);
          for (i64 d = 0; d < dim; d += 16)
            store(layer->out + token * layer->out_stride + at * dim + d, _mm512_mul_ps(_mm512_load_ps(out + d), scale));
        } else {
          memcpy(plan->partial + (i * plan->heads + at) * dim, out, dim * sizeof(float));
          float *kept = plan->state + (i * plan->heads + at) * 2;
          kept[0] = state->base, kept[1] = sum;
        }
      }
}

static void run_tile(const Plan *plan, const Layer *layer, const Tile *tile) {
  i64 rows = rows_of(plan, tile) * tile->heads;
  float out[rows * plan->dim] __attribute__((aligned(64)));
  State state[rows];
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
      shares[i - first] = exp2f(state[0] - top);
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
