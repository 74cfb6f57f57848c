// What a learner does with a gradient, weight by weight: exact sums of blocks, and the step of Adam. The formulas are where
// they are called from: `ExactSums` and `Adam` in Core.
#ifndef CK_DOUBLES
#define CK_DOUBLES
typedef double d8 __attribute__((vector_size(64)));
typedef int64_t l8 __attribute__((vector_size(64)));
typedef double d8u __attribute__((vector_size(64), aligned(8)));
typedef int64_t l8u __attribute__((vector_size(64), aligned(8)));
// In doubles of this size the last bit counts 2^-26: adding it rounds to the grid.
#define CK_GRID 0x1.8p26
#endif

// One number at most `limit` from 0; what is no number becomes `limit`.
INLINE f8 NAMED(limited)(f8 x, float limit) {
  const i8 below = x < limit;
  const f8 least = (f8)(((i8)x & below) | ((i8)((f8){0} + limit) & ~below));
  const i8 above = least >= -limit;
  return (f8)(((i8)least & above) | ((i8)((f8){0} - limit) & ~above));
}

static void NAMED(add_exactly)(const float *values, int64_t *sums, int64_t count) {
  int64_t i = 0;
  const d8 grid = (d8){0} + CK_GRID;
  for (; i + 8 <= count; i += 8) {
    const d8 value = __builtin_convertvector(NAMED(limited)(*(const f8u *)(values + i), 0x1p24f), d8);
    *(l8u *)(sums + i) += (l8)(value + grid) - (l8)grid;
  }
  for (; i < count; i++) {
    const f8 value = NAMED(limited)((f8){0} + values[i], 0x1p24f);
    const d8 rounded = __builtin_convertvector(value, d8) + grid;
    sums[i] += ((l8)rounded - (l8)grid)[0];
  }
}

static void NAMED(adam)(const ck_adam *adam, const float *gradient, float *means, float *squares, float *weights,
                        int64_t count) {
  for (int64_t first = 0; first < count; first += 8) {
    // The last few weights by way of a vector that is filled up.
    const int64_t rest = count - first < 8 ? count - first : 8;
    float few[4][8] = {{0}};
    const float *from[4] = {gradient + first, means + first, squares + first, weights + first};
    if (rest < 8)
      for (int row = 0; row < 4; row++) {
        memcpy(few[row], from[row], sizeof(float) * rest);
        from[row] = few[row];
      }
    const f8 slope = *(const f8u *)from[0];
    const f8 mean = *(const f8u *)from[1] * adam->mean_decay + slope * (1 - adam->mean_decay);
    const f8 square = *(const f8u *)from[2] * adam->square_decay + (slope * slope) * (1 - adam->square_decay);
    const f8 magnitude = __builtin_elementwise_sqrt(square * adam->square_scale) + adam->epsilon;
    const f8 moved = *(const f8u *)from[3] + (mean * adam->mean_scale) * adam->rate / magnitude;
    const f8 results[3] = {mean, square, NAMED(limited)(moved, adam->limit)};
    memcpy(means + first, &results[0], sizeof(float) * rest);
    memcpy(squares + first, &results[1], sizeof(float) * rest);
    memcpy(weights + first, &results[2], sizeof(float) * rest);
  }
}
