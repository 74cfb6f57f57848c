// Episodes of a policy that learns: drawn like those of `play.inc.h`, but with what was drawn from on record, and back
// through the record to the gradient of the weights.
//
// The policy sees, one number a row each: decayed columns, the current column, some columns before it. Within a column
// only the first two change, by the row of the action drawn: weights are multiplied by 2^(its row of both). A record has
// the logits at the start of every column, and for every draw the weights it was drawn from and their sum. Logits are in
// units of log 2 and include the bias.

// The record's frame of a draw: weights of all episodes.
#define FRAME(policy, column, draw) \
  ((policy)->weights + ((size_t)(column) * (policy)->draws + (draw)) * (policy)->capacity * (policy)->vectors * 8)
#define STARTS(policy, column) ((policy)->starts + (size_t)(column) * (policy)->capacity * (policy)->vectors * 8)
#define DRAWN(actions, policy, column, draw) ((actions) + ((size_t)(column) * (policy)->draws + (draw)) * CK_EPISODES)

// Where an action's weight is, from the start of its episode's vector group.
INLINE size_t NAMED(position)(int e, int action, int vectors) {
  return (size_t)(e / H) * H * vectors * 8 + (size_t)(action % vectors) * 8 * H + e % H * 8 + action / vectors;
}

// Part `part` of an action's row, for each episode of the vector.
INLINE F NAMED(part)(const ck_policy *p, const int32_t *drawn, int part, int k) {
  const size_t width = (size_t)(p->lags + 1) * p->vectors * 8;
  const float *rows[H];
  for (int h = 0; h < H; h++) rows[h] = p->past + drawn[h] * width + (size_t)part * p->vectors * 8;
  return NAMED(row)(rows, k);
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
  float *z = p->z + e * stride, *y = STARTS(p, column) + e * stride;
  for (int k = 0; k < vectors; k++) {
    const F bias = NAMED(same)(p->bias, k);
    EACH(g) {
      F sum = AT(z, g, k);
      if (column > 0) {
        for (int draw = 0; draw < draws; draw++)
          sum += NAMED(part)(p, DRAWN(p->cells, p, column - 1, draw) + e + g * H, 0, k);
        sum *= p->decay;
        AT(z, g, k) = sum;
      }
      sum += bias;
      for (int lag = 1; lag <= lags && lag <= column; lag++)
        for (int draw = 0; draw < draws; draw++)
          sum += NAMED(part)(p, DRAWN(p->cells, p, column - lag, draw) + e + g * H, lag, k);
      AT(y, g, k) = sum;
    }
  }
  NAMED(weigh)(p, y, FRAME(p, column, 0) + e * stride, group, vectors, small);
  if (p->exact) memcpy(p->y + e * stride, y, sizeof(float) * group * H * stride);
}

// What rounding has drawn although it has no weight is replaced by the next action that has one.
INLINE void NAMED(amend)(const ck_policy *p, const float *w, int e, int32_t *drawn, int vectors) {
  for (int tries = 0; tries < p->rows && !(w[NAMED(position)(e, *drawn, vectors)] > 0); tries++)
    *drawn = (*drawn + 1) % p->rows;
}

// One draw of the episodes from `e` on.
INLINE void NAMED(decide)(ck_policy *p, uint64_t (*cells)[5], const float *u, int column, int draw, int e, int group,
                          int vectors, int draws, int few, int exact) {
  const int stride = vectors * 8;
  float *w = FRAME(p, column, draw) + e * stride;
  int32_t *drawn = DRAWN(p->cells, p, column, draw) + e;
  int32_t *taken = DRAWN(p->taken, p, column, draw) + e;
  NAMED(draw)(w, u + e, group, vectors, p->rows, drawn, DRAWN(p->sums, p, column, draw) + e);
  if (p->masked)
    for (int i = 0; i < group * H; i++)
      NAMED(amend)(p, FRAME(p, column, draw), e + i, drawn + i, vectors);
  for (int i = 0; i < group * H; i++) taken[i] = drawn[i];
  for (int i = 0; i < group * H; i++) NAMED(set)(cells[e + i], drawn + i, draw, few, p->rows);
  if (draw == draws - 1) return;
  float *next = FRAME(p, column, draw + 1) + e * stride;
  const float *rows[MOST_GROUP * H];
  for (int i = 0; i < group * H; i++) rows[i] = (exact ? p->steps : p->powers) + (size_t)drawn[i] * stride;
  if (exact) {
    float *y = p->y + e * stride;
    for (int k = 0; k < vectors; k++) EACH(g) AT(y, g, k) += NAMED(row)(rows + g * H, k);
    if (p->chosen)
      for (int i = 0; i < group * H; i++) p->y[NAMED(position)(e + i, taken[i], vectors)] = -1e30f;
    NAMED(weigh)(p, y, next, group, vectors, 0);
    if (p->chosen)
      for (int i = 0; i < group * H; i++)
        for (int earlier = 0; earlier <= draw; earlier++)
          FRAME(p, column, draw + 1)
          [NAMED(position)(e + i, DRAWN(p->taken, p, column, earlier)[e + i], vectors)] = 0;
  } else {
    EACH(g) for (int k = 0; k < vectors; k++) AT(next, g, k) = AT(w, g, k) * NAMED(row)(rows + g * H, k);
  }
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
  if (vectors == 4 && draws == 3 && lags == 2) {
    if (p->small) return NAMED(policy_play_sized)(p, random, episodes, out, MOST_GROUP, 4, 3, 1, 1, 2, 0, 1);
    return NAMED(policy_play_sized)(p, random, episodes, out, MOST_GROUP, 4, 3, 1, 1, 2, 0, 0);
  }
  if (draws == 3) return NAMED(policy_play_sized)(p, random, episodes, out, 1, vectors, 3, 1, narrow, lags, 0, 0);
  NAMED(policy_play_sized)(p, random, episodes, out, 1, vectors, draws, 0, narrow, lags, 0, 0);
}

// Adds a vector's halves to two rows of the gradient.
INLINE void NAMED(scatter)(float *const *rows, int k, F x) {
#if H == 1
  *(f8 *)(rows[0] + k * 8) += x;
#else
  *(f8 *)(rows[0] + k * 8) += SHUFFLE(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
  *(f8 *)(rows[1] + k * 8) += SHUFFLE(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
}

// A number a lane's episode.
INLINE F NAMED(spread)(const float *values) {
#if H == 1
  return (F){0} + values[0];
#else
  F pair = {values[0], values[1]};
  return SHUFFLE(pair, pair, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
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
#define Q(draw, k) q[((draw) * vectors + (k)) * group + g]
INLINE void NAMED(back)(ck_policy *p, int e, const float *advantages, float temperature, int vectors, int draws,
                        int lags, F *q, F *y, F *later, F *columns) {
  const int stride = vectors * 8, group = 2 / H;
  const size_t width = (size_t)(lags + 1) * stride;
  const int alone = p->episodes - e < 2;
  for (int k = 0; k < vectors * group; k++) later[k] = (F){0};
  for (int column = p->columns - 1; column >= 0; column--) {
    const float *start = STARTS(p, column) + e * stride;
    for (int k = 0; k < vectors; k++) EACH(g) y[k * group + g] = AT(start, g, k);
    for (int draw = 0; draw < draws; draw++) {
      const float *w = FRAME(p, column, draw) + e * stride, *sums = DRAWN(p->sums, p, column, draw) + e;
      const int32_t *drawn = DRAWN(p->cells, p, column, draw) + e, *taken = DRAWN(p->taken, p, column, draw) + e;
      const float *at = DRAWN(advantages, p, column, draw) + e;
      const float first[2] = {(float)taken[0], (float)taken[1]}, a[2] = {at[0], alone ? 0.0f : at[1]};
      F mean[2], inverse[2];
      EACH(g) {
        inverse[g] = ((F){0} + 1.0f) / NAMED(spread)(sums + g * H);
        mean[g] = (F){0};
      }
      for (int k = 0; k < vectors; k++) EACH(g) {
          const F share = AT(w, g, k) * inverse[g];
          Q(draw, k) = share;
          mean[g] += share * y[k * group + g];
        }
      EACH(g) {
        mean[g] = NAMED(across)(mean[g]);
        const F chosen = NAMED(spread)(first + g * H), advantage = NAMED(spread)(a + g * H);
        const F level = advantage - temperature * mean[g];
        for (int k = 0; k < vectors; k++) {
          const F hit = (F)((I)advantage & (I)(NAMED(same)(p->numbers, k) == chosen));
          Q(draw, k) = hit - Q(draw, k) * (level + temperature * y[k * group + g]);
        }
      }
      if (draw < draws - 1) {
        const float *rows[2] = {p->steps + (size_t)drawn[0] * stride, p->steps + (size_t)drawn[1] * stride};
        for (int k = 0; k < vectors; k++) EACH(g) y[k * group + g] += NAMED(row)(rows + g * H, k);
      }
    }
    // From here on `y` is the sum of q over the draws gone through.
    for (int k = 0; k < vectors * group; k++) y[k] = (F){0};
    for (int draw = draws - 1; draw >= 0; draw--) {
      const int32_t *drawn = DRAWN(p->cells, p, column, draw) + e;
      const int row[2] = {drawn[0], alone ? p->rows : drawn[1]};
      float *rows[2] = {p->past_gradient + row[0] * width, p->past_gradient + row[1] * width};
      for (int k = 0; k < vectors; k++) EACH(g) NAMED(scatter)(rows + g * H, k, later[k * group + g]);
      if (draw < draws - 1) {
        float *current[2] = {p->current_gradient + (size_t)row[0] * stride, p->current_gradient + (size_t)row[1] * stride};
        for (int k = 0; k < vectors; k++) EACH(g) NAMED(scatter)(current + g * H, k, y[k * group + g]);
      }
      for (int lag = 1; lag <= lags && column + lag < p->columns; lag++) {
        float *behind[2] = {rows[0] + lag * stride, rows[1] + lag * stride};
        const F *gone = columns + (column + lag) % lags * vectors * group;
        for (int k = 0; k < vectors; k++) EACH(g) NAMED(scatter)(behind + g * H, k, gone[k * group + g]);
      }
      for (int k = 0; k < vectors; k++) EACH(g) y[k * group + g] += Q(draw, k);
    }
    float *bias[2] = {p->bias_gradient, alone ? p->past_gradient + p->rows * width : p->bias_gradient};
    for (int k = 0; k < vectors; k++) EACH(g) {
        const int i = k * group + g;
        later[i] = (later[i] + y[i]) * p->decay;
        if (lags) columns[column % lags * vectors * group + i] = y[i];
        NAMED(scatter)(bias + g * H, k, y[i]);
      }
  }
}
#undef Q

// From the lanes' order to the actions'.
INLINE void NAMED(unpack)(const float *from, const float *more, float *to, int rows, int vectors) {
  for (int action = 0; action < rows; action++) {
    const int place = action % vectors * 8 + action / vectors;
    to[action] += from[place] + (more ? more[place] : 0.0f);
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
    if (vectors == 4 && p->draws == 3 && lags == 2) {
      F q[3 * 4 * 2], y[8], later[8], columns[2 * 8];
      NAMED(back)(p, e, advantages, heat, 4, 3, 2, q, y, later, columns);
    } else {
      F *y = (F *)p->scratch, *later = y + vectors * (2 / H), *columns = later + vectors * (2 / H);
      NAMED(back)(p, e, advantages, heat, vectors, p->draws, lags, columns + lags * vectors * (2 / H), y, later, columns);
    }
  }
  float *to = gradient;
  if (p->has_decayed)
    for (int row = 0; row < rows; row++, to += rows)
      NAMED(unpack)(p->past_gradient + row * width, p->current_gradient + row * stride, to, rows, vectors);
  if (p->has_current)
    for (int row = 0; row < rows; row++, to += rows)
      NAMED(unpack)(p->current_gradient + row * stride, NULL, to, rows, vectors);
  for (int lag = 1; lag <= lags; lag++)
    for (int row = 0; row < rows; row++, to += rows)
      NAMED(unpack)(p->past_gradient + row * width + lag * stride, NULL, to, rows, vectors);
  NAMED(unpack)(p->bias_gradient, NULL, to, rows, vectors);
}

// From the actions' order to the lanes', in units of log 2; the largest absolute value.
INLINE float NAMED(pack)(const float *from, float *to, int rows, int vectors) {
  float highest = 0;
  for (int action = 0; action < rows; action++) {
    const float x = from[action] * 1.44269504f, size = x < 0 ? -x : x;
    highest = size > highest ? size : highest;
    to[action % vectors * 8 + action / vectors] = x;
  }
  return highest;
}

static void NAMED(policy_prepare)(ck_policy *p, const float *weights) {
  const int rows = p->rows, vectors = p->vectors, stride = vectors * 8, lags = p->lags;
  const size_t width = (size_t)(lags + 1) * stride;
  float decayed = 0, lagged = 0, bound = 0;
  if (p->has_decayed)
    for (int row = 0; row < rows; row++, weights += rows) {
      const float size = NAMED(pack)(weights, p->past + row * width, rows, vectors);
      decayed = size > decayed ? size : decayed;
    }
  for (int row = 0; row < rows; row++) {
    float *step = p->steps + (size_t)row * stride;
    memset(step, 0, sizeof(float) * stride);
    if (p->has_current) NAMED(pack)(weights + row * rows, step, rows, vectors);
    if (p->has_decayed)
      for (int i = 0; i < stride; i++) step[i] += p->past[row * width + i];
  }
  if (p->has_current) weights += (size_t)rows * rows;
  for (int lag = 1; lag <= lags; lag++)
    for (int row = 0; row < rows; row++, weights += rows) {
      const float size = NAMED(pack)(weights, p->past + row * width + lag * stride, rows, vectors);
      lagged = size > lagged ? size : lagged;
    }
  bound = NAMED(pack)(weights, p->bias, rows, vectors);
  // As in `prepare`: whether products could leave the range of a float, and whether powers need no common factor.
  const float highest = NAMED(largest)(p->steps, rows * vectors);
  const float draws = (float)p->draws, past = draws * p->decay / (1.0f - p->decay);
  p->exact = p->chosen || highest * (draws - 1) > 48.0f;
  p->small = !p->exact && bound + decayed * past + lagged * draws * (float)lags + highest * (draws - 1) < 90.0f;
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
#undef FRAME
#undef STARTS
#undef DRAWN
