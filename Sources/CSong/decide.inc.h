// A decision: draws from the softmax of a sum of rows of weights under a mask, and learns from what was drawn.

typedef float NAMED(f8) __attribute__((ext_vector_type(8)));
typedef int32_t NAMED(i8) __attribute__((ext_vector_type(8)));
typedef _Bool NAMED(b8) __attribute__((ext_vector_type(8)));
#define F8 NAMED(f8)
#define I8 NAMED(i8)
#define B8 NAMED(b8)

INLINE F8 NAMED(load)(const float *p) { F8 v; memcpy(&v, p, 32); return v; }
INLINE void NAMED(store)(float *p, F8 v) { memcpy(p, &v, 32); }
INLINE F8 NAMED(max)(F8 a, F8 b) { return a > b ? a : b; }
INLINE F8 NAMED(swap4)(F8 v) { return __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3); }
INLINE F8 NAMED(swap2)(F8 v) { return __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5); }
INLINE F8 NAMED(swap1)(F8 v) { return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6); }
INLINE F8 NAMED(sum)(F8 v) { v += NAMED(swap4)(v), v += NAMED(swap2)(v); return v + NAMED(swap1)(v); }  // in every lane
INLINE F8 NAMED(highest)(F8 v) {  // the same
  v = NAMED(max)(v, NAMED(swap4)(v)), v = NAMED(max)(v, NAMED(swap2)(v));
  return NAMED(max)(v, NAMED(swap1)(v));
}

// The sums of the first one, two, ... eight numbers.
INLINE F8 NAMED(sums)(F8 v) {
  const F8 none = (F8)(0.0f);
  v += __builtin_shufflevector(none, v, 0, 8, 9, 10, 11, 12, 13, 14);
  v += __builtin_shufflevector(none, v, 0, 1, 8, 9, 10, 11, 12, 13);
  return v + __builtin_shufflevector(none, v, 0, 1, 2, 3, 8, 9, 10, 11);
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

// A decision that somebody else takes. Where the script ends, what stands there is kept; the rest does not matter.
static int NAMED(scripted)(song *s, const NAMED(rows) *r, uint32_t mask) {
  const state *now = &s->now;
  if (s->scripted < s->task.script_length) {
    const int a = s->task.script[s->scripted++] & 31;
    if (mask >> a & 1) return a;
  } else if (!s->asked.mask) {
    const int is_pitch = r->slot / 72 % 3 == 2;
    s->asked = (song_asked){.mask = mask, .slot = r->slot, .step = r->step, .faults = now->faults,
                            .decided = is_pitch ? r->step : s->from};
    memcpy(s->asked.lane, now->lane, sizeof now->lane);
    memcpy(s->asked.rule, now->rule, sizeof now->rule);
  }
  return __builtin_ctz(mask);
}

INLINE int NAMED(decide)(song *s, const NAMED(rows) *r, const int vectors, uint32_t mask, int given) {
  state *now = &s->now;
  now->decisions++;
  if (given >= 0) return given;
  if ((mask & (mask - 1)) == 0) return __builtin_ctz(mask | 1u << 31);  // nothing to choose, nothing to learn
  if (!FREELY && __builtin_expect(s->task.script != 0, 0)) return NAMED(scripted)(s, r, mask);
  const float *weights = s->task.weights;
  F8 y[4], z[4];
  for (int k = 0; k < vectors; k++) y[k] = NAMED(load)(weights + r->row[0] + 8 * k), z[k] = NAMED(load)(weights + r->row[1] + 8 * k);
  int i = 2;
  for (; i + 1 < r->count; i += 2)
    for (int k = 0; k < vectors; k++) {
      y[k] += NAMED(load)(weights + r->row[i] + 8 * k);
      z[k] += NAMED(load)(weights + r->row[i + 1] + 8 * k);
    }
  if (i < r->count)
    for (int k = 0; k < vectors; k++) y[k] += NAMED(load)(weights + r->row[i] + 8 * k);
  if (r->taste)
    for (int k = 0; k < vectors; k++) z[k] += NAMED(load)(r->taste + 8 * k);
  const I8 bits = {1, 2, 4, 8, 16, 32, 64, 128};
  F8 best = (F8)(-1e30f);
  for (int k = 0; k < vectors; k++) {
    I8 open = ((I8)((int32_t)(mask >> 8 * k & 255)) & bits) != 0;
    y[k] = (y[k] + z[k]) * r->sharpness;
    y[k] = open ? y[k] : (F8)(-1e30f);
    best = NAMED(max)(best, y[k]);
  }
  const F8 top = NAMED(highest)(best);
  float total = 0;
  for (int k = 0; k < vectors; k++) {
    y[k] = NAMED(power)(y[k] - top);
    z[k] = NAMED(sums)(y[k]) + total;
    total = z[k][7];
  }
  // Where a draw falls among the sums.
  const F8 u = (F8)((float)(next_random(now->random) >> 40) * (1.0f / 16777216.0f) * total);
  uint32_t passed = 0;
  for (int k = 0; k < vectors; k++) {
    const B8 under = __builtin_convertvector(z[k] <= u, B8);
    uint8_t eight;
    memcpy(&eight, &under, 1);
    passed |= (uint32_t)eight << 8 * k;
  }
  int a = __builtin_popcount(passed);
  if (a > 31 || !(mask >> a & 1)) a = 31 - __builtin_clz(mask);  // rounding at the end of a sum
  if (s->task.record && now->recorded < MOST_DECISIONS) {
    song_decision *d = &s->decision[++now->recorded];
    memcpy(d->row, r->row, sizeof d->row);
    d->count = (uint8_t)r->count, d->vectors = (uint8_t)vectors, d->action = (uint8_t)a;
    d->slot = (int16_t)r->slot, d->step = (int16_t)r->step, d->invention = (uint8_t)r->invention, d->reward = 0;
    d->probabilities = now->probabilities;
    F8 scale = (F8)(1.0f / total);
    for (int k = 0; k < vectors; k++) NAMED(store)(s->probability + now->probabilities + 8 * k, y[k] * scale);
    now->probabilities += 8 * vectors;
  }
  return a;
}

#ifdef FOUR_PARTS
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
  F8 mean = NAMED(sum)(h);
  const I8 lanes = {0, 1, 2, 3, 4, 5, 6, 7};
  for (int k = 0; k < vectors; k++) {
    const I8 taken = lanes == (I8)(d->action - 8 * k);
    q[k] = x[k] * (-advantage - temperature * (l[k] - mean)) + (F8)((I8)(F8)(advantage) & taken);
  }
  for (int i = 0; i < d->count; i++) {
    float *g = gradient + d->row[i];
    for (int k = 0; k < vectors; k++) NAMED(store)(g + 8 * k, NAMED(load)(g + 8 * k) + q[k]);
  }
}

static void NAMED(accumulate)(song *s, const float *advantages, int64_t stride, float temperature, float invention,
                              float *gradient) {
  for (int i = 0; i < s->now.recorded; i++) {
    const song_decision *d = &s->decision[1 + i];
    float heat = d->invention ? temperature * invention : temperature;
    if (d->vectors == 2) NAMED(learn)(s, d, 2, advantages[i * stride], heat, gradient);
    else NAMED(learn)(s, d, 4, advantages[i * stride], heat, gradient);
  }
  memset(gradient + NOTHING, 0, 64 * sizeof(float));
}
#endif
