// Episodes of a linear-softmax actor in lockstep.
//
// A step draws an action a with probability w_a / sum(w), sets the cell and multiplies w by the row 2^W[a, :]: logits
// are never recomputed within a column. When a column is complete, z (the logits without bias) becomes
// (z + sum of W[a, :]) * decay, and w = 2^(z + b - max). An action that is repeated in a column has no effect: it is
// replaced by the null row `rows`, whose W is 0 and whose power is 1, so that nothing branches.

// Makes a repeated action the null row, and with many draws sets the cell. No condition: its branch would be one that
// nobody can predict.
INLINE void NAMED(set)(uint64_t *cells, int32_t *drawn, int draw, int few, int rows) {
  uint32_t action = (uint32_t)*drawn;
  SCALAR(action);
  if (few) {
    for (int earlier = 1; earlier <= draw; earlier++) {
      const uint32_t other = (uint32_t)drawn[-earlier * CK_EPISODES];
      action = UNPREDICTABLE(other == action) ? (uint32_t)rows : action;
      SCALAR(action);
    }
    *drawn = (int32_t)action;
  } else {
    uint64_t *word = cells + action / 64, before = *word;
    *word = before | 1ull << (action % 64);
    uint32_t repeated = -(uint32_t)(before >> (action % 64) & 1);
    SCALAR(repeated);
    *drawn = (int32_t)(action ^ ((action ^ (uint32_t)rows) & repeated));
  }
}

// Writes an episode's column.
INLINE void NAMED(finish)(uint64_t *cells, const int32_t *drawn, int draws, int few, int narrow, int rows, void *out,
                          long column) {
  const int words = (rows + 63) / 64;
  if (few && narrow) {
    uint64_t mask = 0;
    for (int draw = 0; draw < draws; draw++) mask |= 1ull << drawn[draw * CK_EPISODES];
    ((uint32_t *)out)[column * CK_ROLLS] = (uint32_t)(mask & ((1ull << rows) - 1));
    return;
  }
  if (few) {
    for (int draw = 0; draw < draws; draw++) {
      uint32_t action = (uint32_t)drawn[draw * CK_EPISODES];
      cells[action / 64] |= (uint64_t)(action < (uint32_t)rows) << (action % 64);
    }
  }
  if (narrow) ((uint32_t *)out)[column * CK_ROLLS] = (uint32_t)cells[0];
  for (int word = 0; word < words; word++) {
    if (!narrow) ((uint64_t *)out)[(column * words + word) * CK_ROLLS] = cells[word];
    cells[word] = 0;
  }
}

// What the episodes in play share, and where each of them is; kept apart so that compilers see that nothing aliases.
typedef struct NAMED(table) {
  const float *restrict logits, *restrict powers, *restrict bias;
  float *restrict z, *restrict w;
  uint64_t (*restrict cells)[5];
  int32_t *restrict actions;
  float decay;
  int rows, draws;
} NAMED(table);

// One draw of the episodes from `e` on.
INLINE void NAMED(step)(const NAMED(table) t, const float *u, int e, int draw, int group, int vectors, int few,
                        int exact, int last) {
  const int stride = vectors * 8;
  int32_t *drawn = t.actions + draw * CK_EPISODES + e;
  float *w = t.w + e * stride, *z = t.z + e * stride;
  NAMED(draw)(w, u + e, group, vectors, t.rows, drawn, NULL);
  for (int i = 0; i < group * H; i++) NAMED(set)(t.cells[e + i], drawn + i, draw, few, t.rows);
  if (last) return;
  const float *rows[MOST_GROUP * H];
  for (int i = 0; i < group * H; i++) rows[i] = (exact ? t.logits : t.powers) + drawn[i] * stride;
  if (exact) {
    for (int k = 0; k < vectors; k++) EACH(g) AT(z, g, k) += NAMED(row)(rows + g * H, k);
    NAMED(softmax)(t.bias, z, w, group, vectors, 0);
  } else {
    EACH(g) for (int k = 0; k < vectors; k++) AT(w, g, k) *= NAMED(row)(rows + g * H, k);
  }
}

// One draw of all episodes.
INLINE void NAMED(all)(const NAMED(table) t, const float *u, int episodes, int draw, int group, int vectors, int few,
                       int exact, int last) {
  int e = 0;
  for (; e + group * H <= episodes; e += group * H) NAMED(step)(t, u, e, draw, group, vectors, few, exact, last);
  for (; e < episodes; e += H) NAMED(step)(t, u, e, draw, 1, vectors, few, exact, last);
}

// The next column for the episodes from `e` on.
INLINE void NAMED(advance)(const NAMED(table) t, int e, int draws, int group, int vectors, int few, int exact,
                           int small) {
  const int stride = vectors * 8;
  float *z = t.z + e * stride;
  EACH(g) {
    const float *rows[3 * H];
    if (few)
      for (int i = 0; i < 3 * H; i++)
        rows[i] = t.logits + t.actions[i / H * CK_EPISODES + e + g * H + i % H] * stride;
    for (int k = 0; k < vectors; k++) {
      F sum = AT(z, g, k);
      if (few)
        sum = sum + NAMED(row)(rows, k) + NAMED(row)(rows + H, k) + NAMED(row)(rows + 2 * H, k);
      else
        for (int draw = exact ? draws - 1 : 0; draw < draws; draw++) {
          const int32_t *actions = t.actions + draw * CK_EPISODES + e + g * H;
          for (int h = 0; h < H; h++) rows[h] = t.logits + actions[h] * stride;
          sum += NAMED(row)(rows, k);
        }
      AT(z, g, k) = sum * t.decay;
    }
  }
  NAMED(softmax)(t.bias, z, t.w + e * stride, group, vectors, small);
}

// The loop; `group`, `vectors`, `draws`, `few` (three draws), `narrow` (up to 32 rows), `exact` and `small` are constants where it is inlined.
INLINE void NAMED(play_episodes)(ck_softmax *actor, ck_random *random, int episodes, void *const *out, int group,
                                 int vectors, int draws, int few, int narrow, int exact, int small) {
  const int padded = (episodes + 1) / 2 * 2, width = group * H;
  uint64_t cells[CK_EPISODES][5];  // room for the null row's bit of 256 rows
  memset(cells, 0, sizeof cells);
  const NAMED(table) t = {actor->logits, actor->powers,  actor->bias,  actor->z,    actor->w,
                          cells,         actor->actions, actor->decay, actor->rows, draws};
  memset(t.z, 0, sizeof(float) * CK_EPISODES * vectors * 8);
  for (int e = 0; e < padded; e += H) NAMED(softmax)(t.bias, t.z + e * vectors * 8, t.w + e * vectors * 8, 1, vectors, small);
  for (int column = 0; column < actor->columns; column++) {
    NAMED(uniforms)(random, actor->uniforms, (draws * padded + 15) / 16 * 16);
    if (few) {  // written out, so that every draw's number is a constant
      NAMED(all)(t, actor->uniforms, padded, 0, group, vectors, 1, 0, 0);
      NAMED(all)(t, actor->uniforms + padded, padded, 1, group, vectors, 1, 0, 0);
      NAMED(all)(t, actor->uniforms + 2 * padded, padded, 2, group, vectors, 1, 0, 1);
    } else {
      for (int draw = 0; draw < draws; draw++)
        NAMED(all)(t, actor->uniforms + draw * padded, padded, draw, group, vectors, 0, exact, draw == draws - 1);
    }
    int e = 0;
    for (; e + width <= padded; e += width) NAMED(advance)(t, e, draws, group, vectors, few, exact, small);
    for (; e < padded; e += H) NAMED(advance)(t, e, draws, 1, vectors, few, exact, small);
    for (int e = 0; e < episodes; e++)
      NAMED(finish)(t.cells[e], t.actions + e, draws, few, narrow, t.rows, out[e], column);
  }
}

static void NAMED(play)(ck_softmax *actor, ck_random *random, int32_t episodes, void *const *out) {
  const int vectors = actor->vectors, draws = actor->draws, narrow = actor->rows <= 32;
  if (actor->exact) return NAMED(play_episodes)(actor, random, episodes, out, 1, vectors, draws, 0, narrow, 1, 0);
  // The size that most people use, with loops of known length: 25 to 32 rows and three draws.
  if (vectors == 4 && draws == 3 && actor->small)
    return NAMED(play_episodes)(actor, random, episodes, out, MOST_GROUP, 4, 3, 1, 1, 0, 1);
  if (vectors == 4 && draws == 3)
    return NAMED(play_episodes)(actor, random, episodes, out, MOST_GROUP, 4, 3, 1, 1, 0, 0);
  const int small = actor->small;
  if (draws == 3) return NAMED(play_episodes)(actor, random, episodes, out, 1, vectors, 3, 1, narrow, 0, small);
  NAMED(play_episodes)(actor, random, episodes, out, 1, vectors, draws, 0, narrow, 0, small);
}

// The largest absolute value of `count` vectors.
INLINE float NAMED(largest)(const float *values, int count) {
  f8 highest = {0};
  for (int i = 0; i < count; i++) {
    const i8 size = *(const i8 *)(values + i * 8) & 0x7FFFFFFF, larger = (f8)size > highest;
    highest = (f8)((size & larger) | ((i8)highest & ~larger));
  }
  return __builtin_reduce_max(highest);
}

static void NAMED(prepare)(ck_softmax *actor, const float *weights) {
  const int rows = actor->rows, vectors = actor->vectors, stride = vectors * 8;
  const float log2e = 1.44269504f;
  int a = 0;
#if LEVEL != PORTABLE
  if (vectors == 4) {
    // Shuffles for most of W; a whole vector read from the last rows would reach behind the weights.
    i32 used;
    for (int i = 0; i < 32; i++) used[i] = i % 8 * 4 + i / 8 < rows ? -1 : 0;
    for (; a < rows && a * rows + 32 <= rows * rows + rows; a++) {
      f32 row = *(const f32u *)(weights + a * rows) * log2e;
      *(f32u *)(actor->logits + a * 32) = (f32)((i32)SHUFFLE(row, row, TRANSPOSED) & used);
    }
  }
#endif
  for (; a <= rows; a++) {
    const float *from = weights + a * rows;  // behind W's last row: the bias
    float *to = a < rows ? actor->logits + a * stride : actor->bias;
    for (int l = 0; l < 8; l++)
      for (int k = 0; k < vectors; k++) {
        int action = l * vectors + k;
        to[k * 8 + l] = action < rows ? from[action] * log2e : a < rows ? 0.0f : -1e30f;
      }
  }
  // 2^W, and whether `draws - 1` factors can leave the range: with all of |log2| below 48 what was raised to 2^-126
  // stays a factor 2^-30 below the sum, and no sum overflows.
  const float highest = NAMED(largest)(actor->logits, rows * vectors);
  actor->exact = highest * (float)(actor->draws - 1) > 48.0f;
  if (actor->exact) return;
  // A logit is the bias and at most `draws` weights a column, older ones decayed. If that stays below 90, nothing need
  // be subtracted to keep 2^logit in range, and 2^-126 is nothing beside it.
  const float past = (float)actor->draws * actor->decay / (1.0f - actor->decay);
  float bound = 0;
  for (int i = 0; i < rows; i++) {
    const float size = actor->bias[i % vectors * 8 + i / vectors];
    bound = size > bound ? size : -size > bound ? -size : bound;
  }
  actor->small = bound + highest * (past + (float)(actor->draws - 1)) < 90.0f;
  if (actor->small)
    for (int i = rows; i < stride; i++) actor->bias[i % vectors * 8 + i / vectors] = -126.0f;
  // The tables have room for a whole last vector of any path.
  for (int i = 0; i < (rows + 1) * vectors; i += H) *(F *)(actor->powers + i * 8) = NAMED(power)(*(F *)(actor->logits + i * 8));
}
