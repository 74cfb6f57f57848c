// A decision: draws from the softmax of a sum of rows of weights under a mask, and learns from what was drawn.

typedef float NAMED(f8) __attribute__((ext_vector_type(8)));
typedef int32_t NAMED(i8) __attribute__((ext_vector_type(8)));
#define F8 NAMED(f8)
#define I8 NAMED(i8)

INLINE F8 NAMED(load)(const float *p) { F8 v; memcpy(&v, p, 32); return v; }
INLINE void NAMED(store)(float *p, F8 v) { memcpy(p, &v, 32); }
INLINE F8 NAMED(max)(F8 a, F8 b) { I8 m = a > b; return (F8)(((I8)a & m) | ((I8)b & ~m)); }
INLINE float NAMED(sum)(F8 v) { return ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7])); }
INLINE float NAMED(highest)(F8 v) {
  float a = v[0] > v[4] ? v[0] : v[4], b = v[1] > v[5] ? v[1] : v[5], c = v[2] > v[6] ? v[2] : v[6], d = v[3] > v[7] ? v[3] : v[7];
  a = a > b ? a : b, c = c > d ? c : d;
  return a > c ? a : c;
}

// e^x for x <= 0, to about 1e-6 of it; below -87 about 0.
INLINE F8 NAMED(power)(F8 x) {
  x = NAMED(max)(x * 1.44269504f, (F8)(-126.0f));
  F8 shifted = x + 12582912.0f, f = x - (shifted - 12582912.0f);
  F8 q = 1.33336498402e-3f * f + 9.61817794372e-3f;
  q = q * f + 5.55040904170e-2f;
  q = q * f + 2.40226507096e-1f;
  q = q * f + 6.93147182465e-1f;
  q = q * f + 1.0f;
  return (F8)((I8)q + ((I8)shifted << 23));
}

typedef struct NAMED(rows) {
  int32_t row[SONG_ROWS];
  int count, slot, step, invention;
  const float *taste;  // added to the logits, not learned; or 0
  float sharpness;
} NAMED(rows);

INLINE int NAMED(decide)(song *s, const NAMED(rows) *r, const int vectors, uint32_t mask, int given) {
  state *now = &s->now;
  now->decisions++;
  if (given >= 0) return given;
  if ((mask & (mask - 1)) == 0) return __builtin_ctz(mask | 1u << 31);  // nothing to choose, nothing to learn
  const float *weights = s->task.weights;
  F8 y[4];
  for (int k = 0; k < vectors; k++) y[k] = NAMED(load)(weights + r->row[0] + 8 * k);
  for (int i = 1; i < r->count; i++)
    for (int k = 0; k < vectors; k++) y[k] += NAMED(load)(weights + r->row[i] + 8 * k);
  if (r->taste)
    for (int k = 0; k < vectors; k++) y[k] += NAMED(load)(r->taste + 8 * k);
  const I8 bits = {1, 2, 4, 8, 16, 32, 64, 128};
  F8 best = (F8)(-1e30f);
  for (int k = 0; k < vectors; k++) {
    I8 open = ((I8)((int32_t)(mask >> 8 * k & 255)) & bits) != 0;
    y[k] *= r->sharpness;
    y[k] = (F8)(((I8)y[k] & open) | ((I8)(F8)(-1e30f) & ~open));
    best = NAMED(max)(best, y[k]);
  }
  float top = NAMED(highest)(best), part[4], total = 0;
  for (int k = 0; k < vectors; k++) {
    y[k] = NAMED(power)(y[k] - top);
    part[k] = NAMED(sum)(y[k]);
    total += part[k];
  }
  float u = (float)(next_random(now->random) >> 40) * (1.0f / 16777216.0f) * total;
  int k = 0;
  while (k < vectors - 1 && u >= part[k]) u -= part[k++];
  float lanes[8];
  NAMED(store)(lanes, y[k]);
  int a = 0;
  float reached = lanes[0];
  while (a < 7 && reached <= u) reached += lanes[++a];
  a += 8 * k;
  if (!(mask >> a & 1)) a = 31 - __builtin_clz(mask);  // rounding at the end of a sum
  if (s->task.record && now->recorded < MOST_DECISIONS) {
    song_decision *d = &s->decision[now->recorded++];
    for (int i = 0; i < r->count; i++) d->row[i] = r->row[i];
    d->count = (uint8_t)r->count, d->vectors = (uint8_t)vectors, d->action = (uint8_t)a;
    d->slot = (int16_t)r->slot, d->step = (int16_t)r->step, d->invention = (uint8_t)r->invention, d->reward = 0;
    d->probabilities = now->probabilities;
    F8 scale = (F8)(1.0f / total);
    for (int k = 0; k < vectors; k++) NAMED(store)(s->probability + now->probabilities + 8 * k, y[k] * scale);
    now->probabilities += 8 * vectors;
  }
  return a;
}

// Adds a decision's share to the gradient: advantage (onehot - p) - temperature p (log p + H), for every row it used.
INLINE void NAMED(learn)(const song *s, const song_decision *d, const int vectors, float advantage, float temperature,
                         float *gradient) {
  const float *p = s->probability + d->probabilities;
  F8 x[4], q[4], l[4], h = (F8)(0.0f);
  for (int k = 0; k < vectors; k++) {
    x[k] = NAMED(load)(p + 8 * k);
    // log p to 4 %, from the number's bits: good enough to weigh entropy.
    l[k] = __builtin_convertvector((I8)(x[k] + 1e-9f), F8) * 8.2629582e-8f - 87.98997f;
    h += x[k] * l[k];
  }
  F8 mean = (F8)(NAMED(sum)(h));
  for (int k = 0; k < vectors; k++) q[k] = x[k] * (-advantage - temperature * (l[k] - mean));
  float t[32];
  for (int k = 0; k < vectors; k++) NAMED(store)(t + 8 * k, q[k]);
  t[d->action] += advantage;
  for (int k = 0; k < vectors; k++) q[k] = NAMED(load)(t + 8 * k);
  for (int i = 0; i < d->count; i++) {
    float *g = gradient + d->row[i];
    for (int k = 0; k < vectors; k++) NAMED(store)(g + 8 * k, NAMED(load)(g + 8 * k) + q[k]);
  }
}

static void NAMED(accumulate)(song *s, const float *advantages, int64_t stride, float temperature, float invention,
                              float *gradient) {
  for (int i = 0; i < s->now.recorded; i++) {
    const song_decision *d = &s->decision[i];
    float heat = d->invention ? temperature * invention : temperature;
    if (d->vectors == 2) NAMED(learn)(s, d, 2, advantages[i * stride], heat, gradient);
    else NAMED(learn)(s, d, 4, advantages[i * stride], heat, gradient);
  }
}
