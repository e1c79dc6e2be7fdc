// The layers of a decoder, one after the other, in one call.

#include "decoder.h"

// `other` is added where there is one, and may be `out`.
static void multiply(const Product *weights, i64 rows, Rows x, const bf16 *other, Rows out) {
  Product p = *weights;
  p.rows = rows, p.x = x.at, p.stride = x.stride, p.other = other, p.out = out.at, p.out_stride = out.stride;
  product(&p);
}

static void attend_layer(const Decoder *d, const Plan *plan, const Forward *f, i64 i) {
  const DecoderLayer *layer = d->layer + i;
  bf16 *q = f->qkv.at, *k = q + plan->heads * plan->dim, *v = k + plan->kv_heads * plan->dim;
  Heads heads = {.x = q, .rows = plan->tokens, .heads = plan->heads, .kv_heads = plan->kv_heads, .dim = plan->dim,
                 .stride = f->qkv.stride, .q_norm = layer->q_norm, .k_norm = layer->k_norm, .cosine = d->cosine,
                 .sine = d->sine, .positions = f->positions, .epsilon = d->epsilon};
  turn_heads(&heads);
  Layer attention = {.keys = f->keys + i * f->layer_stride, .values = f->values + i * f->layer_stride, .q = q, .k = k,
                     .v = v, .out = f->attended.at, .stride = f->qkv.stride, .out_stride = f->attended.stride,
                     .scale = d->scale};
  attend(plan, &attention);
}

static void embed(const Decoder *d, const Forward *f, i64 rows) {
  if (d->is_packed) return unpack_rows(f->x.at, f->x.stride, d->embedding, f->ids, rows, d->hidden);
  for (i64 r = 0; r < rows; r++)
    memcpy(f->x.at + r * f->x.stride, d->embedding + f->ids[r] * d->hidden, d->hidden * sizeof(bf16));
}

static void normalise(const Decoder *d, const Forward *f, const bf16 *weight, i64 rows) {
  rms_norm(f->normed.at, f->normed.stride, f->x.at, f->x.stride, weight, rows, d->hidden, d->epsilon);
}

static void decode_layer(const Decoder *d, const Plan *plan, const Forward *f, i64 i) {
  const DecoderLayer *layer = d->layer + i;
  i64 rows = plan->tokens;
  normalise(d, f, layer->attention_norm, rows);
  multiply(&layer->qkv, rows, f->normed, NULL, f->qkv);
  attend_layer(d, plan, f, i);
  multiply(&layer->out, rows, f->attended, f->x.at, f->x);
  normalise(d, f, layer->mlp_norm, rows);
  multiply(&layer->gated, rows, f->normed, NULL, f->gated);
  multiply(&layer->down, rows, f->gated, f->x.at, f->x);
}

void decode(const Decoder *d, const Plan *plan, const Forward *f) {
  embed(d, f, plan->tokens);
  for (i64 i = 0; i < d->layers; i++) decode_layer(d, plan, f, i);
  normalise(d, f, d->norm, plan->tokens);
  for (i64 t = 0; t < plan->tokens; t++)
    memcpy(f->hidden + plan->slots[t] * d->hidden, f->normed.at + t * f->normed.stride, d->hidden * sizeof(bf16));
}
