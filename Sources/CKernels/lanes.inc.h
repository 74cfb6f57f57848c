// Rows of what a policy that learns is made of: `vectors` vectors of sixteen lanes, whatever the registers' width. They
// are eight lanes times 2 * `vectors` parts; action a is in lane a / parts of part a % parts.
#ifndef CK_LANES
#define CK_LANES 16
#define CK_MOST_VECTORS 16  // 256 rows
#define LOW_HALF 0, 1, 2, 3, 4, 5, 6, 7
#define HIGH_HALF 8, 9, 10, 11, 12, 13, 14, 15
#define SWAP8_16 HIGH_HALF, LOW_HALF
#define ALL(lane) lane, lane, lane, lane, lane, lane, lane, lane, lane, lane, lane, lane, lane, lane, lane, lane
#define VECTOR(row, k) (*(const f16 *)((row) + (k) * CK_LANES))
// Of groups of four lanes of two vectors: side by side the first two lanes, the last two; the first two pairs, the last.
#define FIRST_LANES 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define LAST_LANES 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
#define FIRST_PAIRS 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define LAST_PAIRS 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
// Between two vectors and the actions' order, the first vector and the second.
#define PACK_FIRST 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29
#define PACK_SECOND 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31
#define UNPACK_FIRST 0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27
#define UNPACK_SECOND 4, 12, 20, 28, 5, 13, 21, 29, 6, 14, 22, 30, 7, 15, 23, 31
#endif

// 1, in a way that the compiler does not know: for `plus`.
INLINE f16 NAMED(one)(void) {
  f16 one = (f16){0} + 1.0f;
#if LEVEL == AVX512
  __asm__("" : "+v"(one));
#elif LEVEL == AVX2
  f8 half = SHUFFLE(one, one, LOW_HALF);
  __asm__("" : "+x"(half));
  one = SHUFFLE(half, half, LOW_HALF, LOW_HALF);
#endif
  return one;
}

// a + b, the same bits as 1 * a + b, which is calculated where there is less to do: processors add and multiply in
// different places, and this code adds more.
INLINE f16 NAMED(plus)(f16 a, f16 b, f16 one) {
#if LEVEL == AVX512
  return (f16)_mm512_fmadd_ps((__m512)a, (__m512)one, (__m512)b);
#elif LEVEL == AVX2
  const __m256 half = (__m256)SHUFFLE(one, one, LOW_HALF);
  const f8 low = (f8)_mm256_fmadd_ps((__m256)SHUFFLE(a, a, LOW_HALF), half, (__m256)SHUFFLE(b, b, LOW_HALF));
  const f8 high = (f8)_mm256_fmadd_ps((__m256)SHUFFLE(a, a, HIGH_HALF), half, (__m256)SHUFFLE(b, b, HIGH_HALF));
  return SHUFFLE(low, high, LOW_HALF, HIGH_HALF);
#else
  (void)one;
  return a + b;
#endif
}

// The running sum over eight lanes, each with those before it.
INLINE f8 NAMED(running)(f8 x) {
  const f8 zero = {0};
#if LEVEL == PORTABLE
  x += SHUFFLE(x, zero, UP1_8);
#else
  f8 up;
  __asm__("vpslldq $4, %1, %0" : "=v"(up) : "v"(x));
  x += up;
#endif
  x += SHUFFLE(x, zero, UP2_8);
#if LEVEL == AVX512
  f8 low;
  const i8 third = {3, 3, 3, 3, 3, 3, 3, 3};
  __asm__("vpermps %1, %2, %0%{%3%}%{z%}" : "=v"(low) : "v"(x), "v"(third), "Yk"((__mmask8)0xF0));
  return x + low;
#else
  return x + SHUFFLE(x, zero, LOW_TO_HIGH_8);
#endif
}

// How many of the cumulative sums are at or below the threshold.
INLINE int32_t NAMED(below)(const f8 *sums, f8 threshold, int parts) {
  int32_t count = 0;
#if LEVEL == AVX512
#define BELOW(k) _mm256_cmp_ps_mask((__m256)sums[k], (__m256)threshold, _CMP_LE_OQ)
  if (parts == 4) {
    unsigned mask = _mm512_kunpackw(_mm512_kunpackb(BELOW(3), BELOW(2)), _mm512_kunpackb(BELOW(1), BELOW(0)));
    SCALAR(mask);
    return __builtin_popcount(mask);
  }
  for (int k = 0; k < parts; k++) count += __builtin_popcount(BELOW(k));
#undef BELOW
#elif LEVEL == AVX2
#define BELOW(k) ((__m256i)_mm256_cmp_ps((__m256)sums[k], (__m256)threshold, _CMP_LE_OQ))
  if (parts == 4) {
    const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(BELOW(0), BELOW(1)), _mm256_packs_epi32(BELOW(2), BELOW(3)));
    return __builtin_popcount((unsigned)_mm256_movemask_epi8(bytes));
  }
  for (int k = 0; k < parts; k++) count += __builtin_popcount((unsigned)_mm256_movemask_ps((__m256)BELOW(k)));
#undef BELOW
#else
  i8 counts = {0};
  for (int k = 0; k < parts; k++) counts -= (i8)(sums[k] <= threshold);
  count = __builtin_reduce_add(counts);
#endif
  return count;
}

INLINE f16 NAMED(larger)(f16 a, f16 b) {
  const i16 first = a > b;
  return (f16)(((i16)a & first) | ((i16)b & ~first));
}

// The largest lane of all, in all.
INLINE f16 NAMED(highest)(f16 x) {
  x = NAMED(larger)(x, SHUFFLE(x, x, SWAP8_16));
  x = NAMED(larger)(x, SHUFFLE(x, x, SWAP4_16));
  x = NAMED(larger)(x, SHUFFLE(x, x, SWAP2_16));
  return NAMED(larger)(x, SHUFFLE(x, x, SWAP1_16));
}

// The sums over all lanes of up to four vectors at once: sum i in lane i of every group of four.
INLINE f16 NAMED(sums)(f16 a, f16 b, f16 c, f16 d) {
  const f16 ab = SHUFFLE(a, b, FIRST_LANES) + SHUFFLE(a, b, LAST_LANES);
  const f16 cd = SHUFFLE(c, d, FIRST_LANES) + SHUFFLE(c, d, LAST_LANES);
  f16 all = SHUFFLE(ab, cd, FIRST_PAIRS) + SHUFFLE(ab, cd, LAST_PAIRS);
  all += SHUFFLE(all, all, SWAP4_16);
  return all + SHUFFLE(all, all, SWAP8_16);
}

// 2^x as in `power`, its polynomial taken in pairs of terms: the chain of dependent operations is half as long.
INLINE f16 NAMED(power_of_two)(f16 x) {
  const f16 shifted = x + 12582912.0f, f = x - (shifted - 12582912.0f), square = f * f;
  const f16 high = f * 1.33336498402e-3f + 9.61817794372e-3f, middle = f * 5.55040904170e-2f + 2.40226507096e-1f;
  const f16 p = (high * square + middle) * square + (f * 6.93147182465e-1f + 1.0f);
  return (f16)((i16)p + ((i16)shifted << 23));
}
