// Every count of `ck_feature_kind`, for words of BITS bits in the lanes of V (unsigned) and S (signed).
#ifndef CK_TALLY_TYPES
#define CK_TALLY_TYPES
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef uint64_t u64x8 __attribute__((vector_size(64)));
typedef int64_t i64x8 __attribute__((vector_size(64)));
#define MASK_OF(WORD_, byte) ((WORD_)(0x0101010101010101ull * (byte)))
#endif
#define BYTES(byte) MASK_OF(WORD, byte)

// Cells that are on, counted per byte (per lane where the processor can), to be added up to 31 times.
INLINE V SIZED(partial)(V x) {
#if LEVEL == AVX512 && BITS == 32
  return (V)_mm256_popcnt_epi32((__m256i)x);
#elif LEVEL == AVX512
  return (V)_mm512_popcnt_epi64((__m512i)x);
#elif LEVEL == AVX2
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                         2, 3, 2, 3, 3, 4);
  const __m256i low = _mm256_set1_epi8(15);
  __m256i parts[sizeof(V) / 32];
  memcpy(parts, &x, sizeof x);
  for (unsigned i = 0; i < sizeof(V) / 32; i++)
    parts[i] = _mm256_add_epi8(
        _mm256_shuffle_epi8(table, _mm256_and_si256(parts[i], low)),
        _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi32(parts[i], 4), low)));
  memcpy(&x, parts, sizeof x);
  return x;
#else
  x = x - ((x >> 1) & BYTES(0x55));
  x = (x & BYTES(0x33)) + ((x >> 2) & BYTES(0x33));
  return (x + (x >> 4)) & BYTES(0x0F);
#endif
}

// The lanes' sums of partial counts.
INLINE V SIZED(whole)(V x) {
#if LEVEL != AVX512
  x = (x & (BYTES(0xFF) & (WORD)0x00FF00FF00FF00FFull)) + ((x >> 8) & (WORD)0x00FF00FF00FF00FFull);
  x = (x & (WORD)0x0000FFFF0000FFFFull) + ((x >> 16) & (WORD)0x0000FFFF0000FFFFull);
#if BITS == 64
  x = (x & 0xFFFFFFFFull) + (x >> 32);
#endif
#endif
  return x;
}

// A sum of cells over many columns.
typedef struct SIZED(tally) {
  V partial, sum;
  int added;
} SIZED(tally);

INLINE void SIZED(add)(SIZED(tally) * tally, V cells) {
  tally->partial += SIZED(partial)(cells);
  if (LEVEL != AVX512 && ++tally->added == 31) {
    tally->sum += SIZED(whole)(tally->partial);
    tally->partial = (V){0};
    tally->added = 0;
  }
}

INLINE V SIZED(sum)(const SIZED(tally) * tally) { return tally->sum + SIZED(whole)(tally->partial); }

INLINE void SIZED(store)(V counts, double *out) {
  for (int lane = 0; lane < CK_ROLLS; lane++) out[lane] = (double)counts[lane];
}

INLINE WORD SIZED(mask)(const ck_feature *feature, int index, int words, int word) {
  return (WORD)feature->masks[index * words + word];
}

static void SIZED(cells)(const ck_feature *feature, const V *columns, int steps, int words, double *out) {
  SIZED(tally) tally = {0};
  for (int word = 0; word < words; word++) {
    const WORD mask = SIZED(mask)(feature, 0, words, word);
    for (int t = 0; t < steps; t++) SIZED(add)(&tally, columns[t * words + word] & mask);
  }
  SIZED(store)(SIZED(sum)(&tally), out);
}

static void SIZED(held)(const ck_feature *feature, const V *columns, int steps, int words, double *out) {
  SIZED(tally) tally = {0};
  const int window = feature->value;
  for (int i = window < steps ? window * words : steps * words; i < steps * words; i++) {
    V held = columns[i];
    for (int back = 1; back <= window; back++) {
      held &= columns[i - back * words];
      if (back % 16 == 0 && !__builtin_reduce_or(held)) break;
    }
    SIZED(add)(&tally, held);
  }
  SIZED(store)(SIZED(sum)(&tally), out);
}

// The cells near one of the `value` columns before column t; `around` is the caller's memory from one t to the next.
INLINE void SIZED(neighbourhood)(const ck_feature *feature, const V *now, int t, int words, V *around, V *near) {
  const int window = feature->value;
  const V *before = now - words;
  for (int word = 0; word < words; word++) {
    if (window >= t) {  // all columns so far
      around[word + 1] |= before[word];
      continue;
    }
    V cells = before[word];
    for (int back = 2; back <= window; back++) cells |= now[word - back * words];
    around[word + 1] = cells;
  }
  for (int word = 0; word < words; word++) near[word] = (V){0};
  for (int i = 0; i < feature->count; i++) {
    // Row r looks at row r + shift: bits move down by the shift, `lift` words and `rest` bits.
    const int shift = feature->shifts[i];
#if BITS == 32  // one word: nothing comes from others
    const V moved = shift < 0 ? around[1] << -shift : around[1] >> shift;
    near[0] |= feature->masks ? moved & SIZED(mask)(feature, i, 1, 0) : moved;
#else
    const int lift = shift >> 6, rest = shift & 63;
    for (int word = 0; word < words; word++) {
      const int from = word + lift + 1;
      V cells = from >= 0 && from <= words ? around[from] >> rest : (V){0};
      if (rest && from + 1 >= 0 && from + 1 <= words) cells |= around[from + 1] << (64 - rest);
      near[word] |= feature->masks ? cells & SIZED(mask)(feature, i, words, word) : cells;
    }
#endif
  }
}

static void SIZED(onsets)(const ck_feature *feature, const V *columns, int steps, int words, double *out) {
  SIZED(tally) tally = {0};
  V around[6] = {{0}}, near[4];  // the window's cells between two empty words
  for (int t = 1; t < steps; t++) {
    const V *now = columns + t * words, *before = now - words;
    SIZED(neighbourhood)(feature, now, t, words, around, near);
    for (int word = 0; word < words; word++) SIZED(add)(&tally, now[word] & ~before[word] & near[word]);
  }
  SIZED(store)(SIZED(sum)(&tally), out);
}

// For every bit, the parity of the bits at and below it; `carry` is the parity of the words below, all bits alike.
INLINE V SIZED(parity)(V x, V *carry) {
  x ^= x << 1;
  x ^= x << 2;
  x ^= x << 4;
  x ^= x << 8;
  x ^= x << 16;
#if BITS == 64
  x ^= x << 32;
#endif
  x ^= *carry;
  *carry = (V)((S)x >> (BITS - 1));
  return x;
}

// Changes come at odd and even places. The running sum stays in -1...1 if and only if every change at an even place
// takes back the one before it; `up` is on while a sum of +1 lasts, and must not last beyond an even place.
INLINE V SIZED(is_contrary)(const V *column, const V *previous, int words) {
#if BITS == 32
  // Odd places begin runs of `odd` that end before the even ones: a carry through those that begin with a rise arrives at
  // the places where a fall is due.
  V none = {0};
  const V now = column[0], before = previous[0], changes = now ^ before, odd = SIZED(parity)(changes, &none);
  const V rises = changes & odd & now, falls = changes & odd & before, even = changes & ~odd;
  const V bad = ((odd + rises) ^ before) & even;
  (void)words;
  return (V)((bad == 0) & (rises != 0) & (falls != 0));
#else
  V places = {0}, ups = {0}, bad = {0}, rises = {0}, falls = {0};
  for (int word = 0; word < words; word++) {
    const V now = column[word], before = previous[word];
    const V changes = now ^ before, odd = SIZED(parity)(changes, &places);
    const V rise = changes & odd & now, up = SIZED(parity)(rise | (changes & ~odd & before), &ups);
    bad |= up & ~odd;
    rises |= rise;
    falls |= changes & odd & before;
  }
  return (V)((bad == 0) & (rises != 0) & (falls != 0));
#endif
}

static void SIZED(contrary)(const V *columns, int steps, int words, double *out) {
  V count = {0};
  for (int t = 1; t < steps; t++) count -= SIZED(is_contrary)(columns + t * words, columns + (t - 1) * words, words);
  SIZED(store)(count, out);
}

static void SIZED(deviation)(const ck_feature *feature, const V *columns, int steps, int words, double *out) {
  const int wanted = feature->value < words * BITS ? feature->value : words * BITS;
  V sum = {0};
  for (int t = 0; t < steps; t++) {
    V cells = {0};
    for (int word = 0; word < words; word++) cells += SIZED(partial)(columns[t * words + word]);
    const S excess = (S)SIZED(whole)(cells) - wanted, sign = excess >> (BITS - 1);
    sum += (V)((excess ^ sign) - sign);
  }
  SIZED(store)(sum, out);
  // What no column can have is missing from every one.
  for (int lane = 0; lane < CK_ROLLS; lane++) out[lane] += (double)steps * (double)(feature->value - wanted);
}

static void SIZED(fewest_new)(const ck_feature *feature, const V *columns, int steps, int words, double *out) {
  SIZED(tally) total = {0};
  for (int i = 0; i < steps * words; i++) SIZED(add)(&total, columns[i]);
  V most = {0};  // cells that were already on `shift` columns before
  for (int shift = 1; shift <= feature->value && shift < steps; shift++) {
    V old = {0};
    for (int i = shift * words; i < steps * words;) {  // by hand: half of all counting is done here
      const int end = i + 31 < steps * words ? i + 31 : steps * words;
      V partial = {0};
      for (; i < end; i++) partial += SIZED(partial)(columns[i] & columns[i - shift * words]);
      old += SIZED(whole)(partial);
    }
    const V more = (V)(old > most);
    most = (old & more) | (most & ~more);
  }
  SIZED(store)(SIZED(sum)(&total) - most, out);
}

static void SIZED(lowest)(const ck_feature *feature, const V *columns, int steps, int words, double *out) {
  V count = {0};
  for (int t = 0; t < steps; t++) {
    V above = {0}, hit = {0};  // decided in a higher word, which holds lower notes
    for (int word = words - 1; word >= 0; word--) {
      const V cells = columns[t * words + word];
      const WORD mask = SIZED(mask)(feature, 0, words, word);
      hit |= ~above & (V)((cells & mask) > (cells & ~mask));
      above |= (V)(cells != 0);
    }
    count -= hit;
  }
  SIZED(store)(count, out);
}

// Inlined with and without shifts: asking in the innermost loop costs 8 % of a whole training at 49 rows.
INLINE void SIZED(count_pairs)(
    const ck_feature *feature, const int32_t *shifts, const WORD *columns, int steps, int words, double *out) {
  const int distance = feature->value;
  for (int lane = 0; lane < CK_ROLLS; lane++) {
    uint32_t counts[CK_MOST_PAIR_VALUES];
    memset(counts, 0, sizeof(uint32_t) * feature->count);
    for (int t = 0; t + distance < steps; t++)
      for (int swapped = 0; swapped <= (distance != 0); swapped++) {
        const WORD *upper = columns + (long)(swapped ? t + distance : t) * words * CK_ROLLS + lane;
        const WORD *lower = columns + (long)(swapped ? t : t + distance) * words * CK_ROLLS + lane;
        for (int word = 0; word < words; word++)
          for (WORD cells = upper[word * CK_ROLLS]; cells; cells &= cells - 1) {
            const int row = word * BITS + __builtin_ctzll(cells), bit = row % BITS;
            for (int other = word; other < words; other++) {
              WORD below = lower[other * CK_ROLLS];
              if (other == word) below &= ((WORD)~(WORD)0 << bit) << 1;
              for (; below; below &= below - 1) {
                const int low = other * BITS + __builtin_ctzll(below);
                counts[(shifts ? shifts[low] : 0) + low - row]++;
              }
            }
          }
      }
    // Most of the many values with shifts count nothing.
    for (int index = shifts ? 0 : 1; index < feature->count; index++)
      if (!shifts || counts[index]) out[lane] += feature->values[index] * (double)counts[index];
  }
}

#if BITS == 32 && LEVEL != PORTABLE
// Where the lowest cell of every lane is; -64 where there is none.
INLINE i32x8 SIZED(lowest_bit)(i32x8 cells) {
  const i32x8 bit = cells & -cells;  // a power of two: its exponent as a float, whatever the sign
  const i32x8 place = (((i32x8)__builtin_convertvector(bit, f8) >> 23) & 255) - 127;
  return (i32x8)_mm256_max_epi32((__m256i)place, _mm256_set1_epi32(-64));
}

// Pairs within columns of at most three cells, their values being bytes: three lookups a lane at once.
static void SIZED(few_pairs)(const int8_t *values, const V *columns, int steps, double *out) {
  const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)values));
  const __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(values + 16)));
  const __m256i ones8 = _mm256_set1_epi8(1), ones16 = _mm256_set1_epi16(1);
  i32x8 sum = {0};
  for (int t = 0; t < steps; t++) {
    const i32x8 first = (i32x8)columns[t], second = first & (first - 1), third = second & (second - 1);
    const i32x8 i = SIZED(lowest_bit)(first), j = SIZED(lowest_bit)(second), k = SIZED(lowest_bit)(third);
    // A distance to no cell is negative, which looks up 0.
    const __m256i apart = (__m256i)(((j - i) & 255) | (((k - i) & 255) << 8) | (((k - j) & 255) << 16) | (i32x8)((V){0} + 0x80000000u));
    const __m256i found = _mm256_blendv_epi8(_mm256_shuffle_epi8(low, apart), _mm256_shuffle_epi8(high, apart),
                                             _mm256_slli_epi16(apart, 3));
    sum += (i32x8)_mm256_madd_epi16(_mm256_maddubs_epi16(ones8, found), ones16);
  }
  for (int lane = 0; lane < CK_ROLLS; lane++) out[lane] += (double)sum[lane];
}
#endif

// Pairs of rows are too many for masks: cell by cell, lane by lane. `out` is added to.
static void SIZED(pairs)(const ck_feature *feature, const WORD *columns, int steps, int words, double *out) {
#if BITS == 32
  if (feature->value == 0 && feature->most_cells <= 3 && feature->integers && !feature->shifts) {
    int32_t values[64] = {0};  // 63: no cell, at least 32 rows below any other
    memcpy(values, feature->integers, sizeof(int32_t) * (feature->count < 32 ? feature->count : 32));
    values[0] = 0;
#if LEVEL != PORTABLE
    int8_t bytes[32];
    int small = 1;
    for (int i = 0; i < 32; i++) {
      bytes[i] = (int8_t)values[i];
      small &= bytes[i] == values[i];
    }
    if (small) return SIZED(few_pairs)(bytes, (const V *)columns, steps, out);
#endif
    for (int lane = 0; lane < CK_ROLLS; lane++) {
      int64_t sum = 0;
      for (int t = 0; t < steps; t++) {
        const uint64_t none = 1ull << 63, first = columns[t * CK_ROLLS + lane] | none;
        const uint64_t second = (first & (first - 1)) | none, third = (second & (second - 1)) | none;
        const int i = __builtin_ctzll(first), j = __builtin_ctzll(second), k = __builtin_ctzll(third);
        sum += values[j - i] + values[k - i] + values[k - j];
      }
      out[lane] += (double)sum;
    }
    return;
  }
#endif
  if (feature->shifts)
    SIZED(count_pairs)(feature, feature->shifts, columns, steps, words, out);
  else
    SIZED(count_pairs)(feature, NULL, columns, steps, words, out);
}

static void SIZED(count)(const ck_feature *feature, const ck_rolls *rolls, double *out) {
  const V *columns = rolls->columns;
  const int steps = rolls->steps, words = BITS == 32 ? 1 : rolls->words;
  switch (feature->kind) {
    case CK_CELLS: return SIZED(cells)(feature, columns, steps, words, out);
    case CK_HELD_CELLS: return SIZED(held)(feature, columns, steps, words, out);
    case CK_STEPWISE_ONSETS: return SIZED(onsets)(feature, columns, steps, words, out);
    case CK_CONTRARY_COLUMNS: return SIZED(contrary)(columns, steps, words, out);
    case CK_COLUMN_DEVIATION: return SIZED(deviation)(feature, columns, steps, words, out);
    case CK_NEW_CELLS: return SIZED(fewest_new)(feature, columns, steps, words, out);
    case CK_LOWEST_IN_ROWS: return SIZED(lowest)(feature, columns, steps, words, out);
    case CK_PAIRS: return SIZED(pairs)(feature, (const WORD *)columns, steps, words, out);
  }
}

#include "shares.inc.h"

#undef WORD
#undef V
#undef S
#undef BITS
#undef SIZED
#undef BYTES
