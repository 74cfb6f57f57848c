// Drawing from a softmax: the vectors of one path, 2^x, cumulative sums, and weights from logits.
#ifndef CK_TYPES8
#define CK_TYPES8
typedef float f8 __attribute__((vector_size(32)));
typedef int32_t i8 __attribute__((vector_size(32)));
typedef float f8u __attribute__((vector_size(32), aligned(4)));
typedef int32_t i8u __attribute__((vector_size(32), aligned(4)));
#define SCALAR(x) __asm__("" : "+r"(x))  // keeps the compiler from packing scalars into vectors
#define UNPREDICTABLE(x) __builtin_unpredictable(x)  // a conditional move, not a branch
#define SHUFFLE __builtin_shufflevector
typedef float f32 __attribute__((vector_size(128)));
typedef int32_t i32 __attribute__((vector_size(128)));
typedef float f32u __attribute__((vector_size(128), aligned(4)));
// From eight lanes of four vectors to the actions' order: lane l of vector k is action 4 l + k.
#define TRANSPOSED                                                                                               \
  0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, \
      27, 31
// And back.
#define BACK                                                                                                      \
  0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27, 4, 12, 20, 28, 5, 13, \
      21, 29, 6, 14, 22, 30, 7, 15, 23, 31
#define UP1_8 8, 0, 1, 2, 8, 4, 5, 6        // one lane up within groups of four; index 8: zero
#define UP2_8 8, 8, 0, 1, 8, 8, 4, 5
#define LOW_TO_HIGH_8 8, 8, 8, 8, 3, 3, 3, 3
#define LAST_8 7, 7, 7, 7, 7, 7, 7, 7
#define UP1_16 16, 0, 1, 2, 16, 4, 5, 6, 16, 8, 9, 10, 16, 12, 13, 14
#define UP2_16 16, 16, 0, 1, 16, 16, 4, 5, 16, 16, 8, 9, 16, 16, 12, 13
#define LOW_TO_HIGH_16 16, 16, 16, 16, 3, 3, 3, 3, 16, 16, 16, 16, 11, 11, 11, 11
#define LAST_16 7, 7, 7, 7, 7, 7, 7, 7, 15, 15, 15, 15, 15, 15, 15, 15
#define SWAP4_8 4, 5, 6, 7, 0, 1, 2, 3
#define SWAP2_8 2, 3, 0, 1, 6, 7, 4, 5
#define SWAP1_8 1, 0, 3, 2, 5, 4, 7, 6
#define SWAP4_16 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11
#define SWAP2_16 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13
#define SWAP1_16 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14
#endif

#if EPISODES_PER_VECTOR == 1
#define H 1
#define F f8
#define I i8
#define LANES(name) name##_8
#else
#define H 2
#define F f16
#define I i16
#define LANES(name) name##_16
#endif

// Vectors whose chains of dependent operations are interleaved.
#define MOST_GROUP (LEVEL == AVX2 ? 5 : 4)

// Vector k of a row for each episode of the vector.
INLINE F NAMED(row)(const float *const *rows, int k) {
#if H == 1
  return *(const f8 *)(rows[0] + k * 8);
#else
  f8 low = *(const f8 *)(rows[0] + k * 8), high = *(const f8 *)(rows[1] + k * 8);
  return SHUFFLE(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
}

INLINE F NAMED(same)(const float *row, int k) {
#if H == 1
  return *(const f8 *)(row + k * 8);
#else
  f8 low = *(const f8 *)(row + k * 8);
  return SHUFFLE(low, low, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
#endif
}

// The scan's shuffles. Where one instruction does it, it is named: compilers take two or three.
INLINE F NAMED(up1)(F x) {  // one lane up within groups of four, zeros move in
#if LEVEL == PORTABLE
  const F zero = {0};
  return SHUFFLE(x, zero, LANES(UP1));
#else
  F result;
  __asm__("vpslldq $4, %1, %0" : "=v"(result) : "v"(x));
  return result;
#endif
}

INLINE F NAMED(up2)(F x) {  // two lanes up within groups of four
  const F zero = {0};
  return SHUFFLE(x, zero, LANES(UP2));
}

INLINE F NAMED(low_to_high)(F x) {  // each episode's lane 3 to its lanes 4 to 7, 0 to the others
#if LEVEL == AVX512
  F result;
  const i16 lanes = {3, 3, 3, 3, 3, 3, 3, 3, 11, 11, 11, 11, 11, 11, 11, 11};
  __asm__("vpermps %1, %2, %0%{%3%}%{z%}" : "=v"(result) : "v"(x), "v"(lanes), "Yk"((__mmask16)0xF0F0));
  return result;
#else
  const F zero = {0};
  return SHUFFLE(x, zero, LANES(LOW_TO_HIGH));
#endif
}

INLINE F NAMED(last)(F x) {  // each episode's lane 7 to all its lanes
#if LEVEL == AVX2
  F result;
  const i8 lanes = {LAST_8};
  __asm__("vpermps %1, %2, %0" : "=v"(result) : "v"(x), "v"(lanes));
  return result;
#elif LEVEL == AVX512
  F result;
  const i16 lanes = {7, 7, 7, 7, 7, 7, 7, 7, 15, 15, 15, 15, 15, 15, 15, 15};
  __asm__("vpermps %1, %2, %0" : "=v"(result) : "v"(x), "v"(lanes));
  return result;
#else
  return SHUFFLE(x, x, LANES(LAST));
#endif
}

INLINE F NAMED(maximum)(F a, F b) {
  I first = a > b;
  return (F)(((I)a & first) | ((I)b & ~first));
}

// 2^x for x in -126...126: round to an integer n by adding 1.5 * 2^23, a polynomial of degree 5 for 2^(x - n) (relative error
// 2e-7), and n added to the exponent's bits.
INLINE F NAMED(power)(F x) {
  F shifted = x + 12582912.0f, f = x - (shifted - 12582912.0f);
  F p = f * 1.33336498402e-3f + 9.61817794372e-3f;
  p = p * f + 5.55040904170e-2f;
  p = p * f + 2.40226507096e-1f;
  p = p * f + 6.93147182465e-1f;
  p = p * f + 1.0f;
  return (F)((I)p + ((I)shifted << 23));
}

// How many of the cumulative sums are at or below each episode's threshold.
INLINE void NAMED(rank)(const F *sums, F threshold, int vectors, int32_t *ranks) {
#if LEVEL == AVX512
  if (vectors == 4) {
    __mmask16 m[4];
    for (int k = 0; k < 4; k++) m[k] = _mm512_cmp_ps_mask((__m512)sums[k], (__m512)threshold, _CMP_LE_OQ);
    uint64_t mask = _mm512_kunpackd(_mm512_kunpackw(m[3], m[2]), _mm512_kunpackw(m[1], m[0]));
    SCALAR(mask);
    ranks[0] = __builtin_popcountll(mask & 0x00FF00FF00FF00FFull);
    ranks[1] = __builtin_popcountll(mask & 0xFF00FF00FF00FF00ull);
    return;
  }
  ranks[0] = ranks[1] = 0;
  for (int k = 0; k < vectors; k++) {
    unsigned mask = _mm512_cmp_ps_mask((__m512)sums[k], (__m512)threshold, _CMP_LE_OQ);
    ranks[0] += __builtin_popcount(mask & 0xFF);
    ranks[1] += __builtin_popcount(mask >> 8);
  }
#elif LEVEL == AVX2
  if (vectors == 4) {
    __m256i m[4];
    for (int k = 0; k < 4; k++) m[k] = (__m256i)_mm256_cmp_ps((__m256)sums[k], (__m256)threshold, _CMP_LE_OQ);
    __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(m[0], m[1]), _mm256_packs_epi32(m[2], m[3]));
    ranks[0] = __builtin_popcount((unsigned)_mm256_movemask_epi8(bytes));
    return;
  }
  ranks[0] = 0;
  for (int k = 0; k < vectors; k++)
    ranks[0] += __builtin_popcount(_mm256_movemask_ps(_mm256_cmp_ps((__m256)sums[k], (__m256)threshold, _CMP_LE_OQ)));
#else
  I count = {0};
  for (int k = 0; k < vectors; k++) count -= (I)(sums[k] <= threshold);
  ranks[0] = __builtin_reduce_add(count);
#endif
}

// `EACH(g)`: for every vector of a group. Their long chains of dependent operations are written interleaved, stage by
// stage, because a processor's schedulers hold too few instructions to find that parallelism alone.
#define EACH(g) for (int g = 0; g < group; g++)
// The table's vector k of group member g.
#define AT(table, g, k) (*(F *)((table) + (g)*H * stride + (k)*8 * H))

// Draws an action for each episode of the group whose weights start at `w`: the first whose cumulative sum exceeds
// u * total. The totals go to `totals` unless that is null.
INLINE void NAMED(draw)(const float *w, const float *u, int group, int vectors, int rows, int32_t *actions,
                        float *totals) {
  const int stride = vectors * 8;
  F sums[MOST_GROUP][32], last[MOST_GROUP], scan[MOST_GROUP], threshold[MOST_GROUP];
  EACH(g) sums[g][0] = AT(w, g, 0);
  for (int k = 1; k < vectors; k++) EACH(g) sums[g][k] = sums[g][k - 1] + AT(w, g, k);
  EACH(g) last[g] = sums[g][vectors - 1];
  EACH(g) scan[g] = last[g] + NAMED(up1)(last[g]);
  EACH(g) scan[g] = scan[g] + NAMED(up2)(scan[g]);
  EACH(g) scan[g] = scan[g] + NAMED(low_to_high)(scan[g]);
  EACH(g) {
#if H == 1
    F uniform = {u[g], u[g], u[g], u[g], u[g], u[g], u[g], u[g]};
#else
    F uniform = {u[2 * g], u[2 * g + 1]};
    uniform = SHUFFLE(uniform, uniform, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
#endif
    const F total = NAMED(last)(scan[g]);
    if (totals)
      for (int h = 0; h < H; h++) totals[g * H + h] = total[h * 8];
    threshold[g] = total * uniform;
  }
  // A lane's sums start behind what the lanes before it hold, scan - last.
  EACH(g) threshold[g] = threshold[g] - scan[g] + last[g];
  EACH(g) NAMED(rank)(sums[g], threshold[g], vectors, actions + g * H);
  for (int e = 0; e < group * H; e++) actions[e] = UNPREDICTABLE(actions[e] < rows - 1) ? actions[e] : rows - 1;
}

// w = 2^(z + b - maximum) for the group whose z starts at `z`, at least 2^-126; without the maximum if all logits are
// known to be `small`.
INLINE void NAMED(softmax)(const float *bias, const float *z, float *w, int group, int vectors, int small) {
  const int stride = vectors * 8;
  if (small) {
    for (int k = 0; k < vectors; k++) EACH(g) AT(w, g, k) = NAMED(power)(AT(z, g, k) + NAMED(same)(bias, k));
    return;
  }
  const F zero = {0};
  F y[MOST_GROUP][32], highest[MOST_GROUP];
  for (int k = 0; k < vectors; k++) EACH(g) {
      y[g][k] = AT(z, g, k) + NAMED(same)(bias, k);
      highest[g] = k ? NAMED(maximum)(highest[g], y[g][k]) : y[g][0];
    }
  EACH(g) highest[g] = NAMED(maximum)(highest[g], SHUFFLE(highest[g], highest[g], LANES(SWAP4)));
  EACH(g) highest[g] = NAMED(maximum)(highest[g], SHUFFLE(highest[g], highest[g], LANES(SWAP2)));
  EACH(g) highest[g] = NAMED(maximum)(highest[g], SHUFFLE(highest[g], highest[g], LANES(SWAP1)));
  for (int k = 0; k < vectors; k++) EACH(g) y[g][k] = NAMED(power)(NAMED(maximum)(y[g][k] - highest[g], zero - 126.0f));
  for (int k = 0; k < vectors; k++) EACH(g) AT(w, g, k) = y[g][k];
}
