// From the record of episodes back to the gradient of the policy's weights, and those weights' layout.
//
// With p = the probabilities before a draw, A its advantage, T the temperature and y the logits, the gradient by the
// logits is q = A (onehot - p) - T p (y - sum of p y). A row of the weights gets the q of all draws that saw its number:
// those later in the column, those of each of the columns behind, and with decay those of all later columns.

// Adds to vector k of a row.
INLINE void NAMED(gather)(float *row, int k, f16 x) {
  f16 *sum = (f16 *)(row + k * CK_LANES);
  *sum = NAMED(plus)(*sum, x, NAMED(one)());
}

// Adds to the rows of a column's draws what saw them: `sums` [draw] is the q of the draws after each, `sums` [draws] that of
// the whole column; then goes on to the column before.
INLINE void NAMED(credit)(ck_policy *p, int e, int column, int vectors, int draws, int lags, const f16 *sums, f16 *later,
                          f16 *total, f16 *columns) {
  const int stride = vectors * CK_LANES;
  const size_t width = (size_t)(lags + 1) * stride;
  const int32_t *drawn = DRAWN(p->cells, p, column, 0) + e;
  EVERY(draw, draws) {
    const int32_t row = drawn[draw * CK_EPISODES];
    float *past = p->past_gradient + row * width, *current = p->current_gradient + (size_t)row * stride;
    EVERY(k, vectors) NAMED(gather)(past, k, later[k]);
    // Columns behind the last one are still 0.
    EVERY(lag, lags) EVERY(k, vectors) NAMED(gather)(past + (lag + 1) * stride, k, columns[lag * vectors + k]);
    if (draw < draws - 1) EVERY(k, vectors) NAMED(gather)(current, k, sums[draw * vectors + k]);
  }
  EVERY(i, (lags - 1) * vectors) columns[lags * vectors - 1 - i] = columns[(lags - 1) * vectors - 1 - i];
  EVERY(k, vectors) {
    const f16 sum = sums[draws * vectors + k];
    later[k] = (later[k] + sum) * p->decay;
    if (lags) columns[k] = sum;
    total[k] += sum;
  }
}

// Episode `e`; the tables at the end are the caller's memory: `draws` + 1 rows each of the first three.
//
// What a column has to give is added while the next one's sums are under way, which would be waited for otherwise.
INLINE void NAMED(back)(ck_policy *p, int e, const float *advantages, float temperature, int vectors, int draws,
                        int lags, int exact, f16 *y, f16 *w, f16 *sums, f16 *later, f16 *total, f16 *columns) {
  const int stride = vectors * CK_LANES;
  i16 numbers[CK_MOST_VECTORS];
  EVERY(k, vectors) numbers[k] = __builtin_convertvector(VECTOR(p->numbers, k), i16);
  EVERY(k, vectors) later[k] = total[k] = (f16){0};
  EVERY(i, lags * vectors) columns[i] = (f16){0};
  for (int column = p->columns - 1; column >= 0; column--) {
    const float *record = RECORD(p, e, column, stride);
    EVERY(k, vectors) {
      y[k] = VECTOR(record, k);
      w[k] = VECTOR(record + stride, k);
    }
    const int32_t *drawn = DRAWN(p->cells, p, column, 0) + e, *taken = DRAWN(p->taken, p, column, 0) + e;
    const float *inverses = DRAWN(p->inverses, p, column, 0) + e, *at = DRAWN(advantages, p, column, 0) + e;
    // Logits and weights before every draw, then probabilities and mean logits, four draws at once.
    EVERY(draw, draws - 1) {
      f16 *before = y + draw * vectors, *weights = w + draw * vectors;
      EVERY(k, vectors) {
        before[vectors + k] = before[k];
        weights[vectors + k] = weights[k];
      }
      const size_t row = (size_t)drawn[draw * CK_EPISODES] * stride;
      if (exact) {
        NAMED(reweigh)(p, before + vectors, weights + vectors, drawn[draw * CK_EPISODES], taken + draw * CK_EPISODES,
                       draw, vectors);
      } else {
        EVERY(k, vectors) {
          before[vectors + k] += VECTOR(p->steps + row, k);
          weights[vectors + k] *= VECTOR(p->powers + row, k);
        }
      }
    }
    EVERY(four, (draws + 3) / 4) {
      const int first = 4 * four;
      f16 mean[4] = {{0}, {0}, {0}, {0}};
      EVERY(i, 4) {
        if (first + i >= draws) break;
        const float inverse = inverses[(first + i) * CK_EPISODES];
        f16 *share = w + (first + i) * vectors;
        const f16 *before = y + (first + i) * vectors;
        EVERY(k, vectors) {
          share[k] *= inverse;
          mean[i] = k ? mean[i] + share[k] * before[k] : share[k] * before[k];
        }
      }
      const f16 means = NAMED(sums)(mean[0], mean[1], mean[2], mean[3]) * temperature;
      if (four == 0 && column + 1 < p->columns)
        NAMED(credit)(p, e, column + 1, vectors, draws, lags, sums, later, total, columns);
      mean[0] = SHUFFLE(means, means, ALL(0));
      mean[1] = SHUFFLE(means, means, ALL(1));
      mean[2] = SHUFFLE(means, means, ALL(2));
      mean[3] = SHUFFLE(means, means, ALL(3));
      EVERY(i, 4) {
        if (first + i >= draws) break;
        const f16 advantage = (f16){0} + at[(first + i) * CK_EPISODES], level = advantage - mean[i];
        const i16 chosen = (i16){0} + taken[(first + i) * CK_EPISODES];
        const f16 *share = w + (first + i) * vectors;
        f16 *before = y + (first + i) * vectors;
        // q takes the logits' place.
        EVERY(k, vectors) {
          const f16 hit = (f16)((i16)advantage & (numbers[k] == chosen));
          before[k] = hit - share[k] * (level + before[k] * temperature);
        }
      }
    }
    EVERY(k, vectors) {
      f16 sum = y[(draws - 1) * vectors + k];
      EVERY(back, draws - 1) {
        sums[(draws - 2 - back) * vectors + k] = sum;
        sum += y[(draws - 2 - back) * vectors + k];
      }
      sums[draws * vectors + k] = sum;
    }
  }
  NAMED(credit)(p, e, 0, vectors, draws, lags, sums, later, total, columns);
  EVERY(k, vectors) NAMED(gather)(p->bias_gradient, k, total[k]);
}

// The same with the tables in one piece of memory.
INLINE void NAMED(back_from)(ck_policy *p, int e, const float *advantages, float temperature, int vectors, int draws,
                             int lags, int exact, f16 *tables) {
  const int step = vectors * (draws + 1);
  f16 *later = tables + 3 * step;
  NAMED(back)(p, e, advantages, temperature, vectors, draws, lags, exact, tables, tables + step, tables + 2 * step, later,
              later + vectors, later + 2 * vectors);
}

// Adds rows from the lanes' order, one or two a row, to rows in the actions' order.
static void NAMED(unpack)(const ck_policy *p, const float *from, size_t step, const float *more, float *to,
                          const float *end, int count) {
  const int rows = p->rows, vectors = p->vectors, stride = vectors * CK_LANES;
  for (int i = 0; i < count; i++, from += step, to += rows) {
    const float *second = more ? more + (size_t)i * stride : NULL;
    // Behind a row's actions there are zeros, which may be added to the next row.
    if (vectors == 2 && end - to >= 32) {
      f16 x = VECTOR(from, 0), y = VECTOR(from, 1);
      if (second) {
        x += VECTOR(second, 0);
        y += VECTOR(second, 1);
      }
      *(f16u *)to += SHUFFLE(x, y, UNPACK_FIRST);
      *(f16u *)(to + CK_LANES) += SHUFFLE(x, y, UNPACK_SECOND);
      continue;
    }
    for (int action = 0; action < rows; action++) {
      const int place = p->places[action];
      to[action] += second ? from[place] + second[place] : from[place];
    }
  }
}

static void NAMED(policy_gradient)(ck_policy *p, const float *advantages, float temperature, float *gradient) {
  const int rows = p->rows, vectors = p->vectors, stride = vectors * CK_LANES, draws = p->draws, lags = p->lags;
  const size_t width = (size_t)(lags + 1) * stride;
  memset(p->past_gradient, 0, sizeof(float) * (rows + 1) * width);
  memset(p->current_gradient, 0, sizeof(float) * (rows + 1) * stride);
  memset(p->bias_gradient, 0, sizeof(float) * stride);
  const float heat = temperature * 0.693147181f;
  f16 *tables = (f16 *)p->scratch;
  for (int e = 0; e < p->episodes; e++) {
    if (draws != 3 || lags != 2 || p->exact) {
      NAMED(back_from)(p, e, advantages, heat, vectors, draws, lags, p->exact, tables);
      continue;
    }
    switch (vectors) {
      case 2: NAMED(back_from)(p, e, advantages, heat, 2, 3, 2, 0, (f16[4 * 6 + 4 * 2]){{0}}); break;
      case 4: NAMED(back_from)(p, e, advantages, heat, 4, 3, 2, 0, tables); break;
      case 6: NAMED(back_from)(p, e, advantages, heat, 6, 3, 2, 0, tables); break;
      case 8: NAMED(back_from)(p, e, advantages, heat, 8, 3, 2, 0, tables); break;
      default: NAMED(back_from)(p, e, advantages, heat, vectors, 3, 2, 0, tables);
    }
  }
  const int parts = p->has_decayed + p->has_current + lags;
  const float *end = gradient + ((size_t)parts * rows + 1) * rows;
  float *to = gradient;
  const size_t all = (size_t)rows * rows;
  if (p->has_decayed) {
    NAMED(unpack)(p, p->past_gradient, width, p->current_gradient, to, end, rows);
    to += all;
  }
  if (p->has_current) {
    NAMED(unpack)(p, p->current_gradient, stride, NULL, to, end, rows);
    to += all;
  }
  for (int lag = 1; lag <= lags; lag++, to += all)
    NAMED(unpack)(p, p->past_gradient + lag * stride, width, NULL, to, end, rows);
  NAMED(unpack)(p, p->bias_gradient, 0, NULL, to, end, 1);
}

// From the actions' order to the lanes', in units of log 2, `count` rows.
static void NAMED(pack)(const ck_policy *p, const float *from, const float *end, float *to, size_t step, int count) {
  const int rows = p->rows, vectors = p->vectors;
  const i16 first = VECTOR(p->numbers, 0) < (float)rows, second = VECTOR(p->numbers, vectors - 1) < (float)rows;
  for (int i = 0; i < count; i++, from += rows, to += step) {
    if (vectors == 2 && end - from >= 32) {
      const f16 x = *(const f16u *)from * 1.44269504f, y = *(const f16u *)(from + CK_LANES) * 1.44269504f;
      *(f16 *)to = (f16)((i16)SHUFFLE(x, y, PACK_FIRST) & first);
      *(f16 *)(to + CK_LANES) = (f16)((i16)SHUFFLE(x, y, PACK_SECOND) & second);
      continue;
    }
    for (int action = 0; action < rows; action++) to[p->places[action]] = from[action] * 1.44269504f;
  }
}

INLINE f16 NAMED(size)(f16 x) { return (f16)((i16)x & 0x7FFFFFFF); }

// The largest size of each lane in a column of vectors.
INLINE f16 NAMED(largest_of)(const float *from, size_t step, int count) {
  f16 most = {0};
  for (int i = 0; i < count; i++) most = NAMED(larger)(most, NAMED(size)(VECTOR(from + i * step, 0)));
  return most;
}

static void NAMED(policy_prepare)(ck_policy *p, const float *weights) {
  const int rows = p->rows, vectors = p->vectors, stride = vectors * CK_LANES, lags = p->lags;
  const size_t width = (size_t)(lags + 1) * stride, all = (size_t)rows * rows;
  const float *end = weights + ((size_t)(p->has_decayed + p->has_current + lags) * rows + 1) * rows;
  if (p->has_decayed) {
    NAMED(pack)(p, weights, end, p->past, width, rows);
    weights += all;
  }
  if (p->has_current) {
    NAMED(pack)(p, weights, end, p->steps, stride, rows);
    weights += all;
  } else {
    memset(p->steps, 0, sizeof(float) * rows * stride);
  }
  for (int row = 0; row < rows && p->has_decayed; row++)
    EVERY(k, vectors)
      *(f16 *)(p->steps + (size_t)row * stride + k * CK_LANES) += VECTOR(p->past + row * width, k);
  for (int lag = 1; lag <= lags; lag++, weights += all) NAMED(pack)(p, weights, end, p->past + lag * stride, width, rows);
  NAMED(pack)(p, weights, end, p->bias, stride, 1);
  // As in `prepare`: whether products could leave the range of a float, and whether powers need no common factor. The
  // latter is so if no action's logit can leave the range, whatever rows were seen.
  const float draws = (float)p->draws;
  f16 all_steps = {0}, most = {0};
  for (int k = 0; k < vectors; k++) {
    const f16 step = NAMED(largest_of)(p->steps + k * CK_LANES, stride, rows);
    all_steps = NAMED(larger)(all_steps, step);
    f16 bound = NAMED(size)(VECTOR(p->bias, k)) * VECTOR(p->keep, k) + step * (draws - 1);
    for (int lag = 0; lag <= lags; lag++)
      bound += NAMED(largest_of)(p->past + lag * stride + k * CK_LANES, width, rows)
               * (lag ? draws : draws * p->decay / (1.0f - p->decay));
    most = NAMED(larger)(most, bound);
  }
  p->exact = p->chosen || NAMED(highest)(all_steps)[0] * (draws - 1) > 48.0f;
  p->small = !p->exact && !p->masked && NAMED(highest)(most)[0] < 118.0f;
  for (int i = 0; i < stride; i++)
    if (p->keep[i] == 0) p->bias[i] = p->small ? -126.0f : -1e30f;
  if (p->exact) return;
  for (int i = 0; i < (rows + 1) * vectors; i++)
    *(f16 *)(p->powers + i * CK_LANES) = NAMED(power_of_two)(VECTOR(p->steps, i));
}

#undef EACH
#undef AT
#undef H
#undef F
#undef I
#undef LANES
#undef MOST_GROUP
#undef RECORD
#undef DRAWN
#undef CK_TOGETHER
