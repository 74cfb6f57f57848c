// Episodes of a policy that learns: drawn like those of `play.inc.h`, but with a record of what was drawn from, by which
// `gradient.inc.h` goes back.
//
// The policy sees, one number a row each: decayed columns, the current column, some columns before it. Within a column
// only the first two change, by the row of the action drawn: weights are multiplied by 2^(its row of both). The record
// has the logits (in units of log 2, bias included) and the weights at the start of every column, the actions, and one
// over the weights' sum before every draw; the rest is the same few multiplications once more.

// Of an episode's column: logits, then weights.
#define RECORD(policy, e, column, stride) \
  ((policy)->record + ((size_t)(e) * (policy)->columns + (column)) * 2 * (stride))
#define DRAWN(table, policy, column, draw) ((table) + ((size_t)(column) * (policy)->draws + (draw)) * CK_EPISODES)

// Unrolled where the number is known, so that arrays become registers.
#define EVERY(i, count) _Pragma("unroll") for (int i = 0; i < (count); i++)

// Episodes whose dependent operations are interleaved: as many as the registers hold weights of.
#define CK_TOGETHER (LEVEL == AVX512 ? 7 : 4)

// Where an action's weight is in a row.
INLINE size_t NAMED(position)(int action, int vectors) {
  return (size_t)(action % (2 * vectors)) * 8 + action / (2 * vectors);
}

// w = 2^(y - maximum), exactly 0 where there is no action; without the maximum if all logits are known to be `small`.
INLINE void NAMED(weigh)(const ck_policy *p, const f16 *y, f16 *w, int vectors, int small) {
  const f16 zero = {0};
  f16 most = y[0];
  if (!small) {
    for (int k = 1; k < vectors; k++) most = NAMED(larger)(most, y[k]);
    most = NAMED(highest)(most);
  }
  EVERY(k, vectors) {
    const f16 x = small ? y[k] : NAMED(larger)(y[k] - most, zero - 126.0f);
    w[k] = NAMED(power_of_two)(x) * VECTOR(p->keep, k);
  }
}

// The logits after a draw: where weights are too large to be multiplied, or cells cannot be drawn twice.
INLINE void NAMED(reweigh)(const ck_policy *p, f16 *y, f16 *w, int32_t drawn, const int32_t *taken, int draw, int vectors) {
  const float *row = p->steps + (size_t)drawn * vectors * CK_LANES;
  EVERY(k, vectors) y[k] += VECTOR(row, k);
  if (p->chosen) ((float *)y)[NAMED(position)(*taken, vectors)] = -1e30f;
  NAMED(weigh)(p, y, w, vectors, 0);
  if (p->chosen)
    for (int earlier = 0; earlier <= draw; earlier++)
      ((float *)w)[NAMED(position)(taken[-earlier * CK_EPISODES], vectors)] = 0;
}

// What rounding has drawn although it has no weight is replaced by the next action that has one.
INLINE int32_t NAMED(amended)(const f16 *w, int32_t drawn, int rows, int vectors) {
  for (int tries = 0; tries < rows && !(((const float *)w)[NAMED(position)(drawn, vectors)] > 0); tries++)
    drawn = (drawn + 1) % rows;
  return drawn;
}

// The start of a column: decayed columns go on, and the logits are taken.
INLINE void NAMED(begin)(ck_policy *p, int column, int e, f16 *z, f16 *y, f16 one, int vectors, int draws, int lags) {
  const int stride = vectors * CK_LANES;
  const size_t width = (size_t)(lags + 1) * stride;
  const int32_t *before = p->cells + ((long)column - 1) * draws * CK_EPISODES + e;
  if (column > 0) {
    EVERY(draw, draws) {
      const float *row = p->past + before[draw * CK_EPISODES] * width;
      EVERY(k, vectors) z[k] = NAMED(plus)(VECTOR(row, k), z[k], one);
    }
    EVERY(k, vectors) z[k] *= p->decay;
  }
  EVERY(k, vectors) y[k] = z[k] + VECTOR(p->bias, k);
  for (int lag = 1; lag <= lags && lag <= column; lag++, before -= draws * CK_EPISODES) {
    const float *tables = p->past + lag * stride;
    f16 sum[CK_MOST_VECTORS];
    EVERY(k, vectors) sum[k] = VECTOR(tables + before[0] * width, k);
    for (int draw = 1; draw < draws; draw++) {
      const float *row = tables + before[draw * CK_EPISODES] * width;
      EVERY(k, vectors) sum[k] = NAMED(plus)(VECTOR(row, k), sum[k], one);
    }
    EVERY(k, vectors) y[k] = NAMED(plus)(sum[k], y[k], one);
  }
}

// The record of what a column begins with.
INLINE void NAMED(keep)(ck_policy *p, int column, int e, const f16 *y, const f16 *w, int vectors) {
  const int stride = vectors * CK_LANES;
  float *record = RECORD(p, e, column, stride);
  EVERY(k, vectors) {
    *(f16 *)(record + k * CK_LANES) = y[k];
    *(f16 *)(record + stride + k * CK_LANES) = w[k];
  }
}

// Plays `group` episodes from `e` on to their end; all but the first two and `masked` are constants where it is inlined.
INLINE void NAMED(play_group)(ck_policy *p, int e, int padded, int group, int vectors, int draws, int few, int lags,
                              int masked, int exact, int small) {
  const int stride = vectors * CK_LANES, rows = p->rows;
  f16 z[CK_TOGETHER][CK_MOST_VECTORS], y[CK_TOGETHER][CK_MOST_VECTORS], w[CK_TOGETHER][CK_MOST_VECTORS];
  f8 sums[CK_TOGETHER][2 * CK_MOST_VECTORS], scan[CK_TOGETHER];
  uint64_t seen[5];
  const f16 one = NAMED(one)();
  EVERY(g, group) EVERY(k, vectors) z[g][k] = (f16){0};
  for (int column = 0; column < p->columns; column++) {
    const float *u = p->uniforms + (size_t)column * ((draws * padded + 15) / 16 * 16) + e;
    EVERY(g, group) NAMED(begin)(p, column, e + g, z[g], y[g], one, vectors, draws, lags);
    EVERY(g, group) NAMED(weigh)(p, y[g], w[g], vectors, small);
    EVERY(g, group) NAMED(keep)(p, column, e + g, y[g], w[g], vectors);
    if (!few) memset(seen, 0, sizeof seen);
    EVERY(draw, draws) {
      EVERY(g, group) {
        sums[g][0] = SHUFFLE(w[g][0], w[g][0], LOW_HALF);
        sums[g][1] = sums[g][0] + SHUFFLE(w[g][0], w[g][0], HIGH_HALF);
        for (int k = 1; k < vectors; k++) {
          sums[g][2 * k] = sums[g][2 * k - 1] + SHUFFLE(w[g][k], w[g][k], LOW_HALF);
          sums[g][2 * k + 1] = sums[g][2 * k] + SHUFFLE(w[g][k], w[g][k], HIGH_HALF);
        }
      }
      EVERY(g, group) scan[g] = NAMED(running)(sums[g][2 * vectors - 1]);
      EVERY(g, group) {
        const f8 total = SHUFFLE(scan[g], scan[g], LAST_8);
        DRAWN(p->inverses, p, column, draw)[e + g] = total[0];
        // A lane's sums start behind what the lanes before it hold.
        const f8 threshold = total * u[draw * padded + g] - (scan[g] - sums[g][2 * vectors - 1]);
        int32_t action = NAMED(below)(sums[g], threshold, 2 * vectors);
        action = UNPREDICTABLE(action < rows - 1) ? action : rows - 1;
        if (masked) action = NAMED(amended)(w[g], action, rows, vectors);
        int32_t *drawn = DRAWN(p->cells, p, column, draw) + e + g, *taken = DRAWN(p->taken, p, column, draw) + e + g;
        *drawn = *taken = action;
        NAMED(set)(seen, drawn, draw, few, rows);
        if (draw == draws - 1) continue;
        if (exact) {
          NAMED(reweigh)(p, y[g], w[g], *drawn, taken, draw, vectors);
        } else {
          const float *powers = p->powers + (size_t)*drawn * stride;
          EVERY(k, vectors) w[g][k] *= VECTOR(powers, k);
        }
      }
    }
  }
}

// All episodes of three draws and two columns before, in groups of at most `most` that are as equal as can be: a group of
// one would be waited for as long as a large one.
INLINE int NAMED(play_groups)(ck_policy *p, int padded, int most, int vectors, int small) {
  const int episodes = p->episodes, groups = (episodes + most - 1) / most;
  for (int i = 0, e = 0; i < groups; i++) {
    const int group = (episodes - e + groups - i - 1) / (groups - i);
#define GROUP(size) \
  case size: NAMED(play_group)(p, e, padded, size, vectors, 3, 1, 2, 0, 0, small); break;
    if (most == 2)
      switch (group) { GROUP(1) GROUP(2) }
    else
      switch (group) {
        GROUP(1) GROUP(2) GROUP(3) GROUP(4)
#if LEVEL == AVX512
        GROUP(5) GROUP(6) GROUP(7)
#endif
      }
#undef GROUP
    e += group;
  }
  return episodes;
}

// The cells of all episodes, from the actions: eight rolls a group.
static void NAMED(fill)(const ck_policy *p, int episodes, void *const *groups) {
  const int rows = p->rows, words = (rows + 63) / 64, draws = p->draws;
  for (int column = 0; column < p->columns; column++) {
    const int32_t *drawn = DRAWN(p->cells, p, column, 0);
    for (int first = 0; first < episodes; first += CK_ROLLS) {
      if (rows <= 32) {
        i8 cells = {0};
        for (int draw = 0; draw < draws; draw++) {
          const i8 action = *(const i8 *)(drawn + draw * CK_EPISODES + first);
          cells |= ((i8){0} + 1 << (action & 31)) & (action < rows);
        }
        ((i8 *)groups[first / CK_ROLLS])[column] = cells;
        continue;
      }
      uint64_t *lanes = (uint64_t *)groups[first / CK_ROLLS] + (size_t)column * words * CK_ROLLS;
      memset(lanes, 0, sizeof(uint64_t) * words * CK_ROLLS);
      for (int lane = 0; lane < CK_ROLLS && first + lane < episodes; lane++)
        for (int draw = 0; draw < draws; draw++) {
          const int action = drawn[draw * CK_EPISODES + first + lane];
          if (action < rows) lanes[action / 64 * CK_ROLLS + lane] |= 1ull << (action % 64);
        }
    }
  }
}

static void NAMED(policy_play)(ck_policy *p, ck_random *random, int32_t episodes, void *const *groups) {
  const int vectors = p->vectors, draws = p->draws, lags = p->lags, padded = (episodes + 1) / 2 * 2;
  p->episodes = episodes;
  NAMED(uniforms)(random, p->uniforms, (int64_t)p->columns * ((draws * padded + 15) / 16 * 16));
  // The numbers of draws and columns that most people use, with loops of known length.
  int e = 0;
  if (draws == 3 && lags == 2 && !p->masked && !p->exact) switch (vectors) {
      case 2:
        if (p->small) e = NAMED(play_groups)(p, padded, CK_TOGETHER, 2, 1);
        else e = NAMED(play_groups)(p, padded, 2, 2, 0);
        break;
      case 4: e = NAMED(play_groups)(p, padded, 2, 4, p->small); break;
      case 6: e = NAMED(play_groups)(p, padded, 2, 6, p->small); break;
      case 8: e = NAMED(play_groups)(p, padded, 2, 8, p->small); break;
    }
  for (; e < episodes; e++)
    if (p->exact)
      NAMED(play_group)(p, e, padded, 1, vectors, draws, 0, lags, p->masked, 1, 0);
    else
      NAMED(play_group)(p, e, padded, 1, vectors, draws, 0, lags, p->masked, 0, 0);
  f16 *totals = (f16 *)p->inverses;
  for (int i = 0; i < p->columns * draws; i++) totals[i] = 1.0f / totals[i];
  NAMED(fill)(p, episodes, groups);
}
