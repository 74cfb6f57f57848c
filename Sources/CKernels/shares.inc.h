// What every draw changed in what the rules count, in eight rolls, one a lane: the count of the prefix after it minus the
// count before it, the roll being at its full length with the rest empty. So only the past and the column's earlier draws
// matter. Compiled, like `tally.inc.h`, for rolls of up to 32 rows and for taller ones.

// The cells of a draw, one bit a lane; none where the draw changed nothing (`rows`).
INLINE void SIZED(bits)(const int32_t *drawn, int rows, int words, V *bits) {
  const i8 action = *(const i8u *)drawn;
#if BITS == 32
  (void)words;
  bits[0] = ((V){0} + 1 << (V)(action & 31)) & (V)(action < rows);
#else
  const V at = (V){0} + 1 << (V)__builtin_convertvector(action & 63, S);
  const S place = __builtin_convertvector(action >> 6 | ~(action < rows), S);
  for (int word = 0; word < words; word++) bits[word] = at & (V)(place == word);
#endif
}

// Lanes in which any bit is on, as floats 0 or 1.
INLINE f8 SIZED(hits)(V cells) {
#if BITS == 32
  const i8 on = cells != 0;
#else
  const i8 on = __builtin_convertvector(cells != 0, i8);
#endif
  return (f8)(on & (i8)((f8){0} + 1.0f));
}

#define EACH_DRAW(column)                                                                        \
  for (int draw = 0; draw < draws; draw++)                                                       \
    for (int once = (SIZED(bits)(cells + ((size_t)(column) * draws + draw) * CK_EPISODES, rolls->rows, words, bits), 1); \
         once; once = 0)
#define SHARE(column) (*(f8u *)(shares + ((size_t)(column) * draws + draw) * CK_EPISODES))

static void SIZED(share_cells)(const ck_feature *feature, const ck_rolls *rolls, const int32_t *cells, int draws,
                               float factor, float *shares, int words, f8 *sum) {
  V bits[4], mask[4];
  for (int word = 0; word < words; word++) mask[word] = (V){0} + SIZED(mask)(feature, 0, words, word);
  for (int t = 0; t < rolls->steps - 1; t++) EACH_DRAW(t) {
      V on = {0};
      for (int word = 0; word < words; word++) on |= bits[word] & mask[word];
      const f8 hits = SIZED(hits)(on);
      SHARE(t) += hits * factor;
      *sum += hits;
    }
}

static void SIZED(share_held)(const ck_feature *feature, const ck_rolls *rolls, const int32_t *cells, int draws,
                              float factor, float *shares, int words, f8 *sum) {
  const V *columns = rolls->columns;
  V bits[4], held[4];
  for (int t = feature->value; t < rolls->steps - 1; t++) {
    for (int word = 0; word < words; word++) {
      held[word] = columns[(t - 1) * words + word];
      for (int back = 2; back <= feature->value; back++) held[word] &= columns[(t - back) * words + word];
    }
    EACH_DRAW(t) {
      V on = {0};
      for (int word = 0; word < words; word++) on |= bits[word] & held[word];
      const f8 hits = SIZED(hits)(on);
      SHARE(t) += hits * factor;
      *sum += hits;
    }
  }
}

static void SIZED(share_onsets)(const ck_feature *feature, const ck_rolls *rolls, const int32_t *cells, int draws,
                                float factor, float *shares, int words, f8 *sum) {
  const V *columns = rolls->columns;
  V bits[4], around[6] = {{0}}, near[4];
  for (int t = 1; t < rolls->steps - 1; t++) {
    const V *now = columns + t * words;
    SIZED(neighbourhood)(feature, now, t, words, around, near);
    for (int word = 0; word < words; word++) near[word] &= ~now[word - words];
    EACH_DRAW(t) {
      V on = {0};
      for (int word = 0; word < words; word++) on |= bits[word] & near[word];
      const f8 hits = SIZED(hits)(on);
      SHARE(t) += hits * factor;
      *sum += hits;
    }
  }
}

static void SIZED(share_contrary)(const ck_rolls *rolls, const int32_t *cells, int draws, float factor, float *shares,
                                  int words, f8 *sum) {
  const V *columns = rolls->columns;
  V bits[4], now[4];
  for (int t = 1; t < rolls->steps - 1; t++) {
    for (int word = 0; word < words; word++) now[word] = (V){0};
    f8 was = {0};  // voices that have all left move nowhere
    EACH_DRAW(t) {
      for (int word = 0; word < words; word++) now[word] |= bits[word];
      const f8 is = SIZED(hits)(SIZED(is_contrary)(now, columns + (t - 1) * words, words));
      SHARE(t) += (is - was) * factor;
      was = is;
    }
    *sum += was;
  }
}

static void SIZED(share_deviation)(const ck_feature *feature, const ck_rolls *rolls, const int32_t *cells, int draws,
                                   float factor, float *shares, int words, f8 *sum) {
  const float wanted = (float)feature->value;
  V bits[4];
  for (int t = 0; t < rolls->steps - 1; t++) {
    f8 count = {0};
    EACH_DRAW(t) {
      V on = {0};
      for (int word = 0; word < words; word++) on |= bits[word];
      const f8 new = SIZED(hits)(on);
      // Towards the number that is wanted, or away from it.
      const f8 away = (f8)((i8)(count < wanted) & (i8)((f8){0} - 2.0f)) + 1.0f;
      SHARE(t) += new * away * factor;
      *sum += new * away;
      count += new;
    }
  }
}

#if BITS == 32 && LEVEL != PORTABLE
// The same for eight columns back, as is usual: counts stay in registers.
static void SIZED(share_fewest_new_of_8)(const ck_rolls *rolls, const int32_t *cells, int draws, float factor,
                                         float limit, float *shares, f8 *sum) {
  const V *columns = rolls->columns;
  S old[8] = {{0}}, total = {0}, most = {0};
  V bits[1];
  f8 was = {0};
  const int words = 1;
  const float slope = limit > 0 ? 1 / limit : 0;
  for (int t = 0; t < rolls->steps - 1; t++) {
    // Before the first column there are none.
    V before[8];
    EVERY(back, 8) before[back] = back < t ? columns[t - 1 - back] : (V){0};
    EACH_DRAW(t) {
      total -= (S)(bits[0] != 0);
      EVERY(back, 8) {
        old[back] -= (S)((bits[0] & before[back]) != 0);
        most = __builtin_elementwise_max(most, old[back]);
      }
      const f8 fewest = __builtin_convertvector(total - most, f8), ramp = fewest * slope;
      const i8 full = fewest > limit;
      const f8 is = (f8)(((i8)((f8){0} + 1.0f) & full) | ((i8)ramp & ~full));
      SHARE(t) += (is - was) * factor;
      was = is;
    }
  }
  *sum = __builtin_convertvector(total - most, f8);
}
#endif

static void SIZED(share_fewest_new)(const ck_feature *feature, const ck_rolls *rolls, const int32_t *cells, int draws,
                                    float factor, float limit, float *shares, int words, f8 *sum) {
#if BITS == 32 && LEVEL != PORTABLE
  if (feature->value == 8) return SIZED(share_fewest_new_of_8)(rolls, cells, draws, factor, limit, shares, sum);
#endif
  const V *columns = rolls->columns;
  const int window = feature->value < rolls->steps ? feature->value : rolls->steps;
  f8 old[4097];  // cells that were already on so many columns before; rolls have at most 4096
  for (int shift = 0; shift <= window; shift++) old[shift] = (f8){0};
  V bits[4];
  f8 total = {0}, most = {0}, was = {0};
  const float slope = limit > 0 ? 1 / limit : 0;
  for (int t = 0; t < rolls->steps - 1; t++) EACH_DRAW(t) {
      V any = {0};
      for (int word = 0; word < words; word++) any |= bits[word];
      total += SIZED(hits)(any);
      for (int shift = 1; shift <= window && shift <= t; shift++) {
        V on = {0};
        for (int word = 0; word < words; word++) on |= bits[word] & columns[(t - shift) * words + word];
        old[shift] += SIZED(hits)(on);
        const i8 more = old[shift] > most;
        most = (f8)(((i8)old[shift] & more) | ((i8)most & ~more));
      }
      const f8 fewest = total - most;
      const i8 full = fewest > limit;
      const f8 ramp = fewest * slope;
      const f8 is = (f8)(((i8)((f8){0} + 1.0f) & full) | ((i8)ramp & ~full));
      SHARE(t) += (is - was) * factor;
      was = is;
    }
  *sum = total - most;
}

#if BITS == 32 && LEVEL != PORTABLE
// Values by the rows between two cells, for eight lanes at once.
typedef struct SIZED(values) {
#if LEVEL == AVX512
  __m512 low, high;
#else
  __m256 eight[4];
#endif
} SIZED(values);

INLINE SIZED(values) SIZED(values_of)(const ck_feature *feature, int rows) {
  float table[32] = {0};  // no row: nothing
  for (int apart = 1; apart < rows; apart++) table[apart] = feature->pairs[apart];
  SIZED(values) values;
  memcpy(&values, table, sizeof table);
  return values;
}

INLINE f8 SIZED(value)(const SIZED(values) * values, i8 apart) {
#if LEVEL == AVX512
  const __m512i index = _mm512_castsi256_si512((__m256i)apart);
  return (f8)_mm512_castps512_ps256(_mm512_permutex2var_ps(values->low, index, values->high));
#else
  __m256 found[4];
  for (int i = 0; i < 4; i++) found[i] = _mm256_permutevar8x32_ps(values->eight[i], (__m256i)apart);
  const __m256 third = (__m256)(apart << 28), fourth = (__m256)(apart << 27);
  return (f8)_mm256_blendv_ps(_mm256_blendv_ps(found[0], found[1], third), _mm256_blendv_ps(found[2], found[3], third),
                              fourth);
#endif
}

// Pairs whose values do not depend on the lower row.
static void SIZED(share_even_pairs)(const ck_feature *feature, const ck_rolls *rolls, const int32_t *cells, int draws,
                                    float factor, float *shares, f8 *sum) {
  const int distance = feature->value, rows = rolls->rows;
  const SIZED(values) values = SIZED(values_of)(feature, rows);
  for (int t = distance; t < rolls->steps - 1; t++)
    for (int draw = distance ? 0 : 1; draw < draws; draw++) {
      const i8 row = *(const i8u *)(cells + ((size_t)t * draws + draw) * CK_EPISODES);
      const int32_t *others = cells + (size_t)(t - distance) * draws * CK_EPISODES;
      f8 pairs = {0};
      for (int other = 0; other < (distance ? draws : draw); other++) {
        const i8 second = *(const i8u *)(others + other * CK_EPISODES);
        const f8 value = SIZED(value)(&values, __builtin_elementwise_abs(row - second));
        pairs += (f8)((i8)value & (row < rows) & (second < rows));
      }
      SHARE(t) += pairs * factor;
      *sum += pairs;
    }
}
#endif

// Pairs of rows are too many for masks: lane by lane. `feature->pairs` has a row of `pair_stride` values for every row, 0
// for what is no pair.
static void SIZED(share_pairs)(const ck_feature *feature, const ck_rolls *rolls, const int32_t *cells, int draws,
                               float factor, float *shares, f8 *sum) {
#if BITS == 32 && LEVEL != PORTABLE
  if (!feature->shifts) return SIZED(share_even_pairs)(feature, rolls, cells, draws, factor, shares, sum);
#endif
  const int distance = feature->value, stride = feature->pair_stride;
  const float *values = feature->pairs;
  for (int t = distance; t < rolls->steps - 1; t++)
    for (int draw = distance ? 0 : 1; draw < draws; draw++) {
      const int32_t *drawn = cells + ((size_t)t * draws + draw) * CK_EPISODES;
      const int32_t *others = cells + (size_t)(t - distance) * draws * CK_EPISODES;
      f8 pairs;
      for (int lane = 0; lane < CK_ROLLS; lane++) {
        const float *row = values + drawn[lane] * stride;
        float value = 0;
        for (int other = 0; other < (distance ? draws : draw); other++) value += row[others[other * CK_EPISODES + lane]];
        pairs[lane] = value;
      }
      SHARE(t) += pairs * factor;
      *sum += pairs;
    }
}

static void SIZED(share)(const ck_feature *feature, const ck_rolls *rolls, const int32_t *cells, int draws,
                         float factor, float limit, float *shares, double *counts) {
  const int words = BITS == 32 ? 1 : rolls->words;
  f8 sum = {0};  // small integers: exact
  double empty = 0;
  switch (feature->kind) {
    case CK_CELLS: SIZED(share_cells)(feature, rolls, cells, draws, factor, shares, words, &sum); break;
    case CK_HELD_CELLS: SIZED(share_held)(feature, rolls, cells, draws, factor, shares, words, &sum); break;
    case CK_STEPWISE_ONSETS: SIZED(share_onsets)(feature, rolls, cells, draws, factor, shares, words, &sum); break;
    case CK_CONTRARY_COLUMNS: SIZED(share_contrary)(rolls, cells, draws, factor, shares, words, &sum); break;
    case CK_COLUMN_DEVIATION:
      SIZED(share_deviation)(feature, rolls, cells, draws, factor, shares, words, &sum);
      empty = (double)rolls->steps * (double)feature->value;
      break;
    case CK_NEW_CELLS: SIZED(share_fewest_new)(feature, rolls, cells, draws, factor, limit, shares, words, &sum); break;
    case CK_LOWEST_IN_ROWS: return;
    case CK_PAIRS: SIZED(share_pairs)(feature, rolls, cells, draws, factor, shares, &sum); break;
  }
  for (int lane = 0; lane < CK_ROLLS; lane++) counts[lane] += empty + (double)sum[lane];
}

#undef EACH_DRAW
#undef SHARE
