// Episodes of a policy that learns: drawn like those of `play.inc.h`, but with a record of what was drawn from, and back
// through the record to the gradient of the weights.
//
// The policy sees, one number a row each: decayed columns, the current column, some columns before it. Within a column
// only the first two change, by the row of the action drawn: weights are multiplied by 2^(its row of both). The record
// has the logits (in units of log 2, bias included) and the weights at the start of every column, the actions, and one
// over the weights' sum before every draw; the rest is the same few multiplications once more.

// All episodes' vectors at the start of a column.
#define STARTS(table, policy, column) ((table) + (size_t)(column) * (policy)->capacity * (policy)->vectors * 8)
#define DRAWN(table, policy, column, draw) ((table) + ((size_t)(column) * (policy)->draws + (draw)) * CK_EPISODES)

// Where an action's weight is, from the first episode's vectors on.
INLINE size_t NAMED(position)(int e, int action, int vectors) {
  return (size_t)(e / H) * H * vectors * 8 + (size_t)(action % vectors) * 8 * H + e % H * 8 + action / vectors;
}

// w = 2^(y - maximum), exactly 0 where there is no action.
INLINE void NAMED(weigh)(const ck_policy *p, const float *y, float *w, int group, int vectors, int small) {
  const int stride = vectors * 8;
  const F zero = {0};
  F highest[MOST_GROUP];
  if (!small) {
    for (int k = 0; k < vectors; k++)
      EACH(g) highest[g] = k ? NAMED(maximum)(highest[g], AT(y, g, k)) : *(const F *)(y + g * H * stride);
    EACH(g) highest[g] = NAMED(maximum)(highest[g], SHUFFLE(highest[g], highest[g], LANES(SWAP4)));
    EACH(g) highest[g] = NAMED(maximum)(highest[g], SHUFFLE(highest[g], highest[g], LANES(SWAP2)));
    EACH(g) highest[g] = NAMED(maximum)(highest[g], SHUFFLE(highest[g], highest[g], LANES(SWAP1)));
  }
  for (int k = 0; k < vectors; k++) {
    const F keep = NAMED(same)(p->keep, k);
    EACH(g) {
      const F x = small ? AT(y, g, k) : NAMED(maximum)(AT(y, g, k) - highest[g], zero - 126.0f);
      AT(w, g, k) = NAMED(power)(x) * keep;
    }
  }
}

// The start of a column for the episodes from `e` on.
INLINE void NAMED(begin)(ck_policy *p, int column, int e, int group, int vectors, int draws, int lags, int small) {
  const int stride = vectors * 8;
  const size_t width = (size_t)(lags + 1) * stride;
  float *z = p->z + e * stride, *y = STARTS(p->starts, p, column) + e * stride;
  float *w = STARTS(p->weights, p, column) + e * stride, *now = p->w + e * stride;
  EACH(g) {
    const int32_t *drawn = DRAWN(p->cells, p, column - 1, 0) + e + g * H;
    for (int k = 0; k < vectors; k++) {
      F sum = AT(z, g, k);
      if (column > 0) {
        for (int draw = 0; draw < draws; draw++) {
          const float *rows[H];
          for (int h = 0; h < H; h++) rows[h] = p->past + drawn[draw * CK_EPISODES + h] * width;
          sum += NAMED(row)(rows, k);
        }
        sum *= p->decay;
        AT(z, g, k) = sum;
      }
      sum += NAMED(same)(p->bias, k);
      for (int lag = 1; lag <= lags && lag <= column; lag++)
        for (int draw = 0; draw < draws; draw++) {
          const int32_t *before = drawn + (draw - (lag - 1) * draws) * CK_EPISODES;
          const float *rows[H];
          for (int h = 0; h < H; h++) rows[h] = p->past + before[h] * width + lag * stride;
          sum += NAMED(row)(rows, k);
        }
      AT(y, g, k) = sum;
    }
  }
  NAMED(weigh)(p, y, w, group, vectors, small);
  for (int k = 0; k < vectors; k++) EACH(g) AT(now, g, k) = AT(w, g, k);
  if (p->exact) memcpy(p->y + e * stride, y, sizeof(float) * group * H * stride);
}

// What rounding has drawn although it has no weight is replaced by the next action that has one.
INLINE void NAMED(amend)(const ck_policy *p, int e, int32_t *drawn, int vectors) {
  for (int tries = 0; tries < p->rows && !(p->w[NAMED(position)(e, *drawn, vectors)] > 0); tries++)
    *drawn = (*drawn + 1) % p->rows;
}

// The weights after a draw, from logits: where weights are too large to be multiplied, or cells cannot be drawn twice.
INLINE void NAMED(reweigh)(const ck_policy *p, float *y, float *w, const int32_t *drawn, const int32_t *taken,
                           int draw, int group, int vectors) {
  const int stride = vectors * 8;
  for (int g = 0; g < group; g++) {
    const float *rows[H];
    for (int h = 0; h < H; h++) rows[h] = p->steps + (size_t)drawn[g * H + h] * stride;
    for (int k = 0; k < vectors; k++) AT(y, g, k) += NAMED(row)(rows, k);
  }
  if (p->chosen)
    for (int i = 0; i < group * H; i++) y[NAMED(position)(i, taken[i], vectors)] = -1e30f;
  NAMED(weigh)(p, y, w, group, vectors, 0);
  if (p->chosen)
    for (int i = 0; i < group * H; i++)
      for (int earlier = 0; earlier <= draw; earlier++)
        w[NAMED(position)(i, taken[i - earlier * CK_EPISODES], vectors)] = 0;
}

// One draw of the episodes from `e` on.
INLINE void NAMED(decide)(ck_policy *p, uint64_t (*cells)[5], const float *u, int column, int draw, int e, int group,
                          int vectors, int draws, int few, int exact) {
  const int stride = vectors * 8;
  float *w = p->w + e * stride;
  int32_t *drawn = DRAWN(p->cells, p, column, draw) + e, *taken = DRAWN(p->taken, p, column, draw) + e;
  NAMED(draw)(w, u + e, group, vectors, p->rows, drawn, DRAWN(p->inverses, p, column, draw) + e);
  if (p->masked)
    for (int i = 0; i < group * H; i++) NAMED(amend)(p, e + i, drawn + i, vectors);
  for (int i = 0; i < group * H; i++) taken[i] = drawn[i];
  for (int i = 0; i < group * H; i++) NAMED(set)(cells[e + i], drawn + i, draw, few, p->rows);
  if (draw == draws - 1) return;
  if (exact) return NAMED(reweigh)(p, p->y + e * stride, w, drawn, taken, draw, group, vectors);
  const float *rows[MOST_GROUP * H];
  for (int i = 0; i < group * H; i++) rows[i] = p->powers + (size_t)drawn[i] * stride;
  EACH(g) for (int k = 0; k < vectors; k++) AT(w, g, k) *= NAMED(row)(rows + g * H, k);
}

INLINE void NAMED(policy_play_sized)(ck_policy *p, ck_random *random, int episodes, void *const *out, int group,
                                     int vectors, int draws, int few, int narrow, int lags, int exact, int small) {
  const int padded = (episodes + 1) / 2 * 2, width = group * H;
  uint64_t cells[CK_EPISODES][5];
  memset(cells, 0, sizeof cells);
  memset(p->z, 0, sizeof(float) * CK_EPISODES * vectors * 8);
  for (int column = 0; column < p->columns; column++) {
    NAMED(uniforms)(random, p->uniforms, (draws * padded + 15) / 16 * 16);
    int e = 0;
    for (; e + width <= padded; e += width) NAMED(begin)(p, column, e, group, vectors, draws, lags, small);
    for (; e < padded; e += H) NAMED(begin)(p, column, e, 1, vectors, draws, lags, small);
    for (int draw = 0; draw < draws; draw++) {
      const float *u = p->uniforms + draw * padded;
      for (e = 0; e + width <= padded; e += width)
        NAMED(decide)(p, cells, u, column, draw, e, group, vectors, draws, few, exact);
      for (; e < padded; e += H) NAMED(decide)(p, cells, u, column, draw, e, 1, vectors, draws, few, exact);
      f16 *sums = (f16 *)DRAWN(p->inverses, p, column, draw);
      *sums = 1.0f / *sums;
    }
    for (e = 0; e < episodes; e++)
      NAMED(finish)(cells[e], DRAWN(p->cells, p, column, 0) + e, draws, few, narrow, p->rows, out[e], column);
  }
}

static void NAMED(policy_play)(ck_policy *p, ck_random *random, int32_t episodes, void *const *out) {
  const int vectors = p->vectors, draws = p->draws, narrow = p->rows <= 32, lags = p->lags;
  p->episodes = episodes;
  if (p->exact)
    return NAMED(policy_play_sized)(p, random, episodes, out, 1, vectors, draws, 0, narrow, lags, 1, 0);
  // The size that most people use, with loops of known length.
  if (vectors == 4 && draws == 3 && lags == 2) {
    if (p->small) return NAMED(policy_play_sized)(p, random, episodes, out, MOST_GROUP, 4, 3, 1, 1, 2, 0, 1);
    return NAMED(policy_play_sized)(p, random, episodes, out, MOST_GROUP, 4, 3, 1, 1, 2, 0, 0);
  }
  if (draws == 3) return NAMED(policy_play_sized)(p, random, episodes, out, 1, vectors, 3, 1, narrow, lags, 0, 0);
  NAMED(policy_play_sized)(p, random, episodes, out, 1, vectors, draws, 0, narrow, lags, 0, 0);
}

// Adds a vector to a row of the gradient for each of its episodes.
INLINE void NAMED(scatter)(float *const *rows, int k, F x) {
#if H == 1
  *(f8 *)(rows[0] + k * 8) += x;
#else
  *(f8 *)(rows[0] + k * 8) += SHUFFLE(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
  *(f8 *)(rows[1] + k * 8) += SHUFFLE(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
}

// A number for each of the vector's episodes.
INLINE F NAMED(spread)(const float *values) {
#if H == 1
  return (F){0} + values[0];
#else
  const f8 low = (f8){0} + values[0], high = (f8){0} + values[1];
  return SHUFFLE(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
}

// The sum over an episode's eight lanes, in all of them.
INLINE F NAMED(across)(F x) {
  x += SHUFFLE(x, x, LANES(SWAP4));
  x += SHUFFLE(x, x, LANES(SWAP2));
  x += SHUFFLE(x, x, LANES(SWAP1));
  return x;
}

// Back through a pair of episodes. Columns are gone through from the last to the first: what a draw's row contributed to
// later logits is known then. With q the gradient by the logits of one draw,
//
//     q = A (onehot - p) - temperature p (log p + H),  log p + H = log 2 (y - sum of p y),
//
// an action's row of the current column has the sum of q over the column's later draws, its row of decayed columns that
// and the decayed sum over later columns (`later`; the first part is added at the end), its row of the column k steps
// before the sum over the column k steps later. Always pairs, so that sums have one order on every path.
#define Q(draw, k) q[((draw) * group + g) * vectors + (k)]
#define OF(table, k) (table)[g * vectors + (k)]
INLINE void NAMED(back)(ck_policy *p, int e, const float *advantages, float temperature, int vectors, int draws,
                        int lags, int exact, F *q, F *y, F *w, F *later, F *total, F *columns) {
  const int stride = vectors * 8, group = 2 / H;
  const size_t width = (size_t)(lags + 1) * stride;
  const int alone = p->episodes - e < 2;
  for (int k = 0; k < vectors * group; k++) later[k] = total[k] = (F){0};
  for (int column = p->columns - 1; column >= 0; column--) {
    const float *start = STARTS(p->starts, p, column) + e * stride;
    const float *weights = STARTS(p->weights, p, column) + e * stride;
    for (int k = 0; k < vectors; k++) EACH(g) {
        OF(y, k) = AT(start, g, k);
        OF(w, k) = AT(weights, g, k);
      }
    for (int draw = 0; draw < draws; draw++) {
      const float *inverses = DRAWN(p->inverses, p, column, draw) + e;
      const int32_t *drawn = DRAWN(p->cells, p, column, draw) + e, *taken = DRAWN(p->taken, p, column, draw) + e;
      const float *at = DRAWN(advantages, p, column, draw) + e;
      const float first[2] = {(float)taken[0], (float)taken[1]}, a[2] = {at[0], alone ? 0.0f : at[1]};
      F mean[2];
      EACH(g) {
        const F inverse = NAMED(spread)(inverses + g * H);
        mean[g] = (F){0};
        for (int k = 0; k < vectors; k++) {
          const F share = OF(w, k) * inverse;
          Q(draw, k) = share;
          mean[g] += share * OF(y, k);
        }
      }
      EACH(g) mean[g] = NAMED(across)(mean[g]);
      EACH(g) {
        const F chosen = NAMED(spread)(first + g * H), advantage = NAMED(spread)(a + g * H);
        const F level = advantage - temperature * mean[g];
        for (int k = 0; k < vectors; k++) {
          const F hit = (F)((I)advantage & (I)(NAMED(same)(p->numbers, k) == chosen));
          Q(draw, k) = hit - Q(draw, k) * (level + temperature * OF(y, k));
        }
      }
      if (draw == draws - 1) break;
      if (exact) {
        NAMED(reweigh)(p, (float *)y, (float *)w, drawn, taken, draw, group, vectors);
        continue;
      }
      const size_t at0 = (size_t)drawn[0] * stride, at1 = (size_t)drawn[1] * stride;
      const float *rows[2] = {p->steps + at0, p->steps + at1}, *powers[2] = {p->powers + at0, p->powers + at1};
      EACH(g) for (int k = 0; k < vectors; k++) {
        OF(y, k) += NAMED(row)(rows + g * H, k);
        OF(w, k) *= NAMED(row)(powers + g * H, k);
      }
    }
    // From here on `y` is the sum of q over the draws gone through.
    for (int k = 0; k < vectors * group; k++) y[k] = (F){0};
    for (int draw = draws - 1; draw >= 0; draw--) {
      const int32_t *drawn = DRAWN(p->cells, p, column, draw) + e;
      const int row[2] = {drawn[0], alone ? p->rows : drawn[1]};
      float *rows[2] = {p->past_gradient + row[0] * width, p->past_gradient + row[1] * width};
      for (int k = 0; k < vectors; k++) EACH(g) NAMED(scatter)(rows + g * H, k, OF(later, k));
      if (draw < draws - 1) {
        float *current[2] = {p->current_gradient + row[0] * stride, p->current_gradient + row[1] * stride};
        for (int k = 0; k < vectors; k++) EACH(g) NAMED(scatter)(current + g * H, k, OF(y, k));
      }
      for (int lag = 1; lag <= lags && column + lag < p->columns; lag++) {
        float *behind[2] = {rows[0] + lag * stride, rows[1] + lag * stride};
        const F *gone = columns + (column + lag) % lags * vectors * group;
        for (int k = 0; k < vectors; k++) EACH(g) NAMED(scatter)(behind + g * H, k, OF(gone, k));
      }
      for (int k = 0; k < vectors; k++) EACH(g) OF(y, k) += Q(draw, k);
    }
    for (int i = 0; i < vectors * group; i++) {
      later[i] = (later[i] + y[i]) * p->decay;
      if (lags) columns[column % lags * vectors * group + i] = y[i];
      total[i] += y[i];
    }
  }
  float *bias[2] = {p->bias_gradient, alone ? p->past_gradient + p->rows * width : p->bias_gradient};
  for (int k = 0; k < vectors; k++) EACH(g) NAMED(scatter)(bias + g * H, k, OF(total, k));
}
#undef Q
#undef OF

// Adds rows from the lanes' order, one or two a row, to rows in the actions' order.
static void NAMED(unpack)(const float *from, size_t step, const float *more, float *to, const float *end, int count,
                          int rows, int vectors) {
  const int stride = vectors * 8;
  (void)end;
  for (int i = 0; i < count; i++, from += step, to += rows) {
    const float *second = more ? more + (size_t)i * stride : NULL;
#if LEVEL != PORTABLE
    // Behind a row's actions there are zeros, which may be added to the next row.
    if (vectors == 4 && end - to >= 32) {
      f32 x = *(const f32u *)from;
      if (second) x += *(const f32u *)second;
      *(f32u *)to += SHUFFLE(x, x, BACK);
      continue;
    }
#endif
    for (int action = 0; action < rows; action++) {
      const int place = action % vectors * 8 + action / vectors;
      to[action] += second ? from[place] + second[place] : from[place];
    }
  }
}

static void NAMED(policy_gradient)(ck_policy *p, const float *advantages, float temperature, float *gradient) {
  const int rows = p->rows, vectors = p->vectors, stride = vectors * 8, lags = p->lags;
  const size_t width = (size_t)(lags + 1) * stride;
  memset(p->past_gradient, 0, sizeof(float) * (rows + 1) * width);
  memset(p->current_gradient, 0, sizeof(float) * (rows + 1) * stride);
  memset(p->bias_gradient, 0, sizeof(float) * stride);
  const float heat = temperature * 0.693147181f;
  for (int e = 0; e < p->episodes; e += 2) {
    if (vectors == 4 && p->draws == 3 && lags == 2 && !p->exact) {
      F q[3 * 8], y[8], w[8], later[8], total[8], columns[2 * 8];
      NAMED(back)(p, e, advantages, heat, 4, 3, 2, 0, q, y, w, later, total, columns);
    } else {
      const int step = vectors * (2 / H);
      F *y = (F *)p->scratch, *w = y + step, *later = w + step, *total = later + step, *columns = total + step;
      NAMED(back)(p, e, advantages, heat, vectors, p->draws, lags, p->exact, columns + lags * step, y, w, later, total, columns);
    }
  }
  const int parts = p->has_decayed + p->has_current + lags;
  const float *end = gradient + ((size_t)parts * rows + 1) * rows;
  float *to = gradient;
  const size_t all = (size_t)rows * rows;
  if (p->has_decayed) {
    NAMED(unpack)(p->past_gradient, width, p->current_gradient, to, end, rows, rows, vectors);
    to += all;
  }
  if (p->has_current) {
    NAMED(unpack)(p->current_gradient, stride, NULL, to, end, rows, rows, vectors);
    to += all;
  }
  for (int lag = 1; lag <= lags; lag++, to += all)
    NAMED(unpack)(p->past_gradient + lag * stride, width, NULL, to, end, rows, rows, vectors);
  NAMED(unpack)(p->bias_gradient, 0, NULL, to, end, 1, rows, vectors);
}

// From the actions' order to the lanes', in units of log 2, `count` rows.
static void NAMED(pack)(const float *from, const float *end, float *to, size_t step, int count, int rows,
                        int vectors) {
#if LEVEL != PORTABLE
  i32 used;
  if (vectors == 4)
    for (int place = 0; place < 32; place++) used[place] = place % 8 * 4 + place / 8 < rows ? -1 : 0;
#else
  (void)end;
#endif
  for (int i = 0; i < count; i++, from += rows, to += step) {
#if LEVEL != PORTABLE
    if (vectors == 4 && end - from >= 32) {
      const f32 row = *(const f32u *)from * 1.44269504f;
      *(f32u *)to = (f32)((i32)SHUFFLE(row, row, TRANSPOSED) & used);
      continue;
    }
#endif
    for (int action = 0; action < rows; action++)
      to[action % vectors * 8 + action / vectors] = from[action] * 1.44269504f;
  }
}

static void NAMED(policy_prepare)(ck_policy *p, const float *weights) {
  const int rows = p->rows, vectors = p->vectors, stride = vectors * 8, lags = p->lags;
  const size_t width = (size_t)(lags + 1) * stride, all = (size_t)rows * rows;
  const float *end = weights + ((size_t)(p->has_decayed + p->has_current + lags) * rows + 1) * rows;
  if (p->has_decayed) {
    NAMED(pack)(weights, end, p->past, width, rows, rows, vectors);
    weights += all;
  }
  if (p->has_current) {
    NAMED(pack)(weights, end, p->steps, stride, rows, rows, vectors);
    weights += all;
  } else {
    memset(p->steps, 0, sizeof(float) * rows * stride);
  }
  for (int row = 0; row < rows && p->has_decayed; row++)
    for (int k = 0; k < vectors; k++)
      *(f8 *)(p->steps + (size_t)row * stride + k * 8) += *(f8 *)(p->past + row * width + k * 8);
  for (int lag = 1; lag <= lags; lag++, weights += all)
    NAMED(pack)(weights, end, p->past + lag * stride, width, rows, rows, vectors);
  NAMED(pack)(weights, end, p->bias, stride, 1, rows, vectors);
  // As in `prepare`: whether products could leave the range of a float, and whether powers need no common factor. For
  // the latter any logit is at most what all rows of the past can add up to.
  const float highest = NAMED(largest)(p->steps, rows * vectors), past = NAMED(largest)(p->past, rows * vectors * (lags + 1));
  float bound = 0;
  for (int i = 0; i < stride; i++) {
    const float size = p->keep[i] * p->bias[i];
    bound = size > bound ? size : -size > bound ? -size : bound;
  }
  const float draws = (float)p->draws, times = draws * p->decay / (1.0f - p->decay) + draws * (float)lags;
  p->exact = p->chosen || highest * (draws - 1) > 48.0f;
  p->small = !p->exact && !p->masked && bound + past * times + highest * (draws - 1) < 90.0f;
  for (int i = 0; i < stride; i++)
    if (p->keep[i] == 0) p->bias[i] = p->small ? -126.0f : -1e30f;
  if (p->exact) return;
  for (int i = 0; i < (rows + 1) * vectors; i += H) *(F *)(p->powers + i * 8) = NAMED(power)(*(F *)(p->steps + i * 8));
}

#undef EACH
#undef AT
#undef H
#undef F
#undef I
#undef LANES
#undef STARTS
#undef DRAWN
