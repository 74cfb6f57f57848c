// The default training in C++, hand-optimised for AVX2 and FMA: the bar that `rlmusician bench` is measured against.
// 100 populations x 150 candidates x 10 episodes x 96 steps, all eight rules, one thread; prints million steps per
// second, the median of nine runs. Build: see compare.sh. Not a part of the program, and its numbers are its own.
#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#ifndef GROUP
#define GROUP 2  // episodes whose chains of operations are interleaved; divides EPISODES
#endif
#define INLINE static inline __attribute__((always_inline))

typedef __m256 v8;
typedef __m256i i8;

constexpr int ROWS = 25, STEPS = 33, DRAWS = 3, EPISODES = 10, VECTORS = 4, PADDED = 32, WEIGHTS = ROWS * ROWS + ROWS;
constexpr int UNIFORMS = (STEPS - 1) * DRAWS * EPISODES, SAMPLED = (WEIGHTS + 15) / 16 * 16;
constexpr int POPULATION = 150, ELITE = 15, CHUNK = 4, GROUPS = CHUNK * EPISODES / 8, BEFORE = 8;

static uint32_t outer, tonic;
static int8_t consonance[(ROWS + 1) * (ROWS + 1)];  // of two rows; row ROWS is no cell

static void makeTables() {
  static const int values[12] = {0, -3, -3, 1, 1, 0, -5, 2, 1, 1, -3, -3};
  static const bool major[12] = {true, false, true, false, true, true, false, true, false, true, false, true};
  for (int row = 0; row < ROWS; row++) {
    const int degree = (ROWS - 1 - row + 8) % 12;  // above the tonic, the fifth row from the bottom
    if (!major[degree]) outer |= 1u << row;
    if (degree == 0) tonic |= 1u << row;
  }
  for (int a = 0; a < ROWS; a++)
    for (int b = 0; b < ROWS; b++) consonance[a * (ROWS + 1) + b] = values[abs(a - b) % 12];
}

// ---- short names for vectors

INLINE v8 all(float x) { return _mm256_set1_ps(x); }
INLINE i8 both(i8 a, i8 b) { return _mm256_and_si256(a, b); }
INLINE i8 either(i8 a, i8 b) { return _mm256_or_si256(a, b); }
INLINE i8 differ(i8 a, i8 b) { return _mm256_xor_si256(a, b); }
INLINE i8 without(i8 a, i8 b) { return _mm256_andnot_si256(b, a); }
INLINE i8 plus(i8 a, i8 b) { return _mm256_add_epi32(a, b); }
INLINE i8 minus(i8 a, i8 b) { return _mm256_sub_epi32(a, b); }
template <int k> INLINE i8 up(i8 x) { return _mm256_slli_epi32(x, k); }
template <int k> INLINE i8 down(i8 x) { return _mm256_srli_epi32(x, k); }

// ---- eight rolls scored at once, one a lane, columns as bit masks of at most three cells

INLINE i8 bytesOn(i8 x) {
  const i8 table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3,
                                    2, 3, 3, 4);
  const i8 low = _mm256_set1_epi8(15);
  return _mm256_add_epi8(_mm256_shuffle_epi8(table, both(x, low)), _mm256_shuffle_epi8(table, both(down<4>(x), low)));
}

INLINE i8 sumBytes(i8 x) {
  return _mm256_madd_epi16(_mm256_maddubs_epi16(x, _mm256_set1_epi8(1)), _mm256_set1_epi16(1));
}

INLINE i8 parity(i8 x) {  // of the bits at and below each bit
  x = differ(x, up<1>(x));
  x = differ(x, up<2>(x));
  x = differ(x, up<4>(x));
  x = differ(x, up<8>(x));
  return differ(x, up<16>(x));
}

INLINE i8 overlap(const i8* column, int shift) {
  i8 sum = _mm256_setzero_si256();
  for (int begin = shift; begin < STEPS; begin += 31) {
    i8 bytes = _mm256_setzero_si256();
    for (int t = begin; t < std::min(STEPS, begin + 31); t++)
      bytes = _mm256_add_epi8(bytes, bytesOn(both(column[t], column[t - shift])));
    sum = plus(sum, sumBytes(bytes));
  }
  return sum;
}

INLINE void scoreEight(const i8* column, i8 consonant, double* out) {
  const i8 zero = _mm256_setzero_si256(), outerRows = _mm256_set1_epi32(outer), tonicRows = _mm256_set1_epi32(tonic);
  i8 cells = zero, lines = zero, onTonic = zero, contrary = zero, near = zero, outside = zero, held = zero;
  for (int begin = 0; begin < STEPS; begin += 24) {
    i8 nearBytes = zero, outsideBytes = zero, heldBytes = zero;
    for (int t = begin; t < std::min(STEPS, begin + 24); t++) {
      const i8 now = column[t], past = column[t - 1], count = sumBytes(bytesOn(now));
      cells = plus(cells, count);
      lines = plus(lines, _mm256_abs_epi32(minus(count, _mm256_set1_epi32(3))));
      outsideBytes = _mm256_add_epi8(outsideBytes, bytesOn(both(now, outerRows)));
      const i8 three = both(both(past, column[t - 2]), both(column[t - 3], column[t - 4]));
      heldBytes = _mm256_add_epi8(heldBytes, bytesOn(both(now, three)));
      const i8 onsets = without(now, past), ends = without(past, now), changes = differ(now, past);
      const i8 close = either(either(up<1>(past), up<2>(past)), either(down<1>(past), down<2>(past)));
      nearBytes = _mm256_add_epi8(nearBytes, bytesOn(both(onsets, close)));
      onTonic = minus(onTonic, _mm256_cmpgt_epi32(both(now, tonicRows), without(now, tonicRows)));
      // A running sum within -1...1 that reaches both: every change at an even place takes back the one before.
      const i8 places = parity(changes), odd = both(changes, places), even = without(changes, places);
      const i8 rises = both(odd, onsets), falls = both(odd, ends), lasting = parity(either(rises, both(even, ends)));
      const i8 wrong = _mm256_cmpeq_epi32(without(lasting, places), zero);
      const i8 right = without(without(wrong, _mm256_cmpeq_epi32(rises, zero)), _mm256_cmpeq_epi32(falls, zero));
      if (t) contrary = minus(contrary, right);
    }
    near = plus(near, sumBytes(nearBytes));
    outside = plus(outside, sumBytes(outsideBytes));
    held = plus(held, sumBytes(heldBytes));
  }
  i8 repeated = zero;
  for (int shift = 1; shift <= 8; shift++) repeated = _mm256_max_epi32(repeated, overlap(column, shift));
  alignas(32) int counts[8][8];
  const i8 parts[8] = {minus(cells, repeated), onTonic, lines, near, contrary, consonant, outside, held};
  for (int i = 0; i < 8; i++) _mm256_store_si256((i8*)counts[i], parts[i]);
  for (int lane = 0; lane < 8; lane++) {
    const double share = (double)counts[1][lane] / STEPS;
    double score = 250 * std::min(counts[0][lane] / (0.125 * ROWS * STEPS), 1.0);
    score += 30 * (share >= 0.2 && share <= 0.4);
    score -= counts[2][lane];
    score += 2 * counts[3][lane];
    score += counts[4][lane] + 1;
    score += counts[5][lane];
    score -= counts[6][lane];
    score -= counts[7][lane];
    out[lane] = score;
  }
}

// ---- random numbers: eight xoshiro128++, normal ones by Box and Muller

struct Random {
  i8 s[4];

  explicit Random(uint64_t key) {
    alignas(32) uint64_t words[16];
    for (uint64_t& word : words) {
      uint64_t z = key += 0x9E3779B97F4A7C15ull;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
      word = z ^ (z >> 31);
    }
    memcpy(s, words, sizeof words);
  }

  template <int k> static inline i8 rotate(i8 x) { return either(up<k>(x), down<32 - k>(x)); }

  inline __attribute__((always_inline)) i8 next() {
    const i8 result = plus(rotate<7>(plus(s[0], s[3])), s[0]), t = up<9>(s[1]);
    s[2] = differ(s[2], s[0]);
    s[3] = differ(s[3], s[1]);
    s[1] = differ(s[1], s[2]);
    s[0] = differ(s[0], s[3]);
    s[2] = differ(s[2], t);
    s[3] = rotate<11>(s[3]);
    return result;
  }
};

INLINE v8 uniform(i8 bits) { return _mm256_mul_ps(_mm256_cvtepi32_ps(down<8>(bits)), all(0x1p-24f)); }

INLINE v8 power(v8 y) {  // 2^y for y <= 126
  y = _mm256_max_ps(y, all(-126.f));
  const v8 shifted = _mm256_add_ps(y, all(12582912.f)), f = _mm256_sub_ps(y, _mm256_sub_ps(shifted, all(12582912.f)));
  v8 p = _mm256_fmadd_ps(all(1.33336498402e-3f), f, all(9.61817794372e-3f));
  for (float c : {5.55040904170e-2f, 2.40226507096e-1f, 6.93147182465e-1f, 1.f}) p = _mm256_fmadd_ps(p, f, all(c));
  return _mm256_castsi256_ps(plus(_mm256_castps_si256(p), up<23>(_mm256_castps_si256(shifted))));
}

INLINE v8 logarithm(v8 x) {
  const i8 bits = _mm256_castps_si256(x), e = _mm256_srai_epi32(minus(bits, _mm256_set1_epi32(0x3f3504f3)), 23);
  const v8 m = _mm256_sub_ps(_mm256_castsi256_ps(minus(bits, up<23>(e))), all(1.f)), z = _mm256_mul_ps(m, m);
  const v8 exponent = _mm256_cvtepi32_ps(e);
  v8 p = all(7.0376836292e-2f);
  for (float c : {-1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f,
                  2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f})
    p = _mm256_fmadd_ps(p, m, all(c));
  p = _mm256_fmadd_ps(exponent, all(-2.12194440e-4f), _mm256_mul_ps(_mm256_mul_ps(p, m), z));
  p = _mm256_fnmadd_ps(z, all(0.5f), p);
  return _mm256_fmadd_ps(exponent, all(0.693359375f), _mm256_add_ps(m, p));
}

INLINE void normal(Random& random, v8& first, v8& second) {
  const v8 u = _mm256_add_ps(uniform(random.next()), all(0x1p-25f));
  const v8 radius = _mm256_sqrt_ps(_mm256_mul_ps(all(-2.f), logarithm(u)));
  const i8 bits = random.next(), quadrant = down<30>(bits);
  const v8 x = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_srai_epi32(up<2>(bits), 2)), all((float)(M_PI / 2 / (1u << 30))));
  const v8 z = _mm256_mul_ps(x, x);
  v8 sine = _mm256_fmadd_ps(all(-1.9515295891e-4f), z, all(8.3321608736e-3f));
  sine = _mm256_fmadd_ps(_mm256_fmadd_ps(sine, z, all(-1.6666654611e-1f)), _mm256_mul_ps(z, x), x);
  v8 cosine = all(2.443315711809948e-5f);
  for (float c : {-1.388731625493765e-3f, 4.166664568298827e-2f, -.5f, 1.f}) cosine = _mm256_fmadd_ps(cosine, z, all(c));
  const v8 odd = _mm256_castsi256_ps(up<31>(quadrant)), sign = _mm256_castsi256_ps(up<31>(down<1>(quadrant)));
  first = _mm256_mul_ps(radius, _mm256_xor_ps(_mm256_blendv_ps(cosine, sine, odd), sign));
  second = _mm256_mul_ps(radius, _mm256_xor_ps(_mm256_blendv_ps(sine, cosine, odd), sign));
}

// ---- episodes in lockstep; action l * VECTORS + k is in lane l of vector k

struct alignas(64) Actor {
  float logits[(ROWS + 1) * PADDED], powers[(ROWS + 1) * PADDED], bias[PADDED], uniforms[(UNIFORMS + 7) / 8 * 8];
  float z[EPISODES][PADDED], w[EPISODES][PADDED];
  uint32_t cells[EPISODES];
  int consonant[EPISODES], actions[EPISODES][3];

  void prepare(const float* weights) {
    const float log2e = 1.44269504f;
    for (int a = 0; a <= ROWS; a++)
      for (int i = 0; i < PADDED; i++) {
        const int action = i % 8 * VECTORS + i / 8;
        logits[a * PADDED + i] = a < ROWS && action < ROWS ? weights[a * ROWS + action] * log2e : 0;
        if (a == 0) bias[i] = action < ROWS ? weights[ROWS * ROWS + action] * log2e : -1e30f;
      }
    for (int i = 0; i < (ROWS + 1) * PADDED; i += 8)
      _mm256_store_ps(powers + i, power(_mm256_min_ps(_mm256_load_ps(logits + i), all(60.f))));
  }

  template <int G> inline __attribute__((always_inline)) void draw(int e, const float* u, int* drawn) {
    v8 sums[G][VECTORS], scan[G], last[G], threshold[G];
    for (int g = 0; g < G; g++) sums[g][0] = _mm256_load_ps(w[e + g]);
    for (int k = 1; k < VECTORS; k++)
      for (int g = 0; g < G; g++) sums[g][k] = _mm256_add_ps(sums[g][k - 1], _mm256_load_ps(w[e + g] + k * 8));
    for (int g = 0; g < G; g++) last[g] = sums[g][VECTORS - 1];
    for (int g = 0; g < G; g++)
      scan[g] = _mm256_add_ps(last[g], _mm256_castsi256_ps(_mm256_slli_si256(_mm256_castps_si256(last[g]), 4)));
    for (int g = 0; g < G; g++)
      scan[g] = _mm256_add_ps(scan[g], _mm256_castsi256_ps(_mm256_slli_si256(_mm256_castps_si256(scan[g]), 8)));
    for (int g = 0; g < G; g++)
      scan[g] = _mm256_add_ps(scan[g], _mm256_permute_ps(_mm256_permute2f128_ps(scan[g], scan[g], 0x08), 0xff));
    for (int g = 0; g < G; g++)
      threshold[g] = _mm256_mul_ps(_mm256_permutevar8x32_ps(scan[g], _mm256_set1_epi32(7)), all(u[g]));
    for (int g = 0; g < G; g++) threshold[g] = _mm256_add_ps(_mm256_sub_ps(threshold[g], scan[g]), last[g]);
    for (int g = 0; g < G; g++) {
      i8 m[VECTORS];
      for (int k = 0; k < VECTORS; k++) m[k] = _mm256_castps_si256(_mm256_cmp_ps(sums[g][k], threshold[g], _CMP_LE_OQ));
      const i8 bytes = _mm256_packs_epi16(_mm256_packs_epi32(m[0], m[1]), _mm256_packs_epi32(m[2], m[3]));
      drawn[g] = __builtin_popcount((uint32_t)_mm256_movemask_epi8(bytes));
    }
    for (int g = 0; g < G; g++) drawn[g] = drawn[g] < ROWS - 1 ? drawn[g] : ROWS - 1;
  }

  template <int G> inline __attribute__((always_inline)) void softmax(int e) {
    v8 y[G][VECTORS], highest[G];
    for (int g = 0; g < G; g++)
      for (int k = 0; k < VECTORS; k++) y[g][k] = _mm256_add_ps(_mm256_load_ps(z[e + g] + k * 8), _mm256_load_ps(bias + k * 8));
    for (int g = 0; g < G; g++)
      highest[g] = _mm256_max_ps(_mm256_max_ps(y[g][0], y[g][1]), _mm256_max_ps(y[g][2], y[g][3]));
    for (int g = 0; g < G; g++) highest[g] = _mm256_max_ps(highest[g], _mm256_permute2f128_ps(highest[g], highest[g], 1));
    for (int g = 0; g < G; g++) highest[g] = _mm256_max_ps(highest[g], _mm256_permute_ps(highest[g], 0x4e));
    for (int g = 0; g < G; g++) highest[g] = _mm256_max_ps(highest[g], _mm256_permute_ps(highest[g], 0xb1));
    for (int k = 0; k < VECTORS; k++)
      for (int g = 0; g < G; g++) _mm256_store_ps(w[e + g] + k * 8, power(_mm256_sub_ps(y[g][k], highest[g])));
  }

  // A repeated action becomes the null row, without a branch.
  static inline int once(uint32_t cells, int action) {
    return action + ((ROWS - action) & -(int)(cells >> action & 1));
  }

  template <int D> inline __attribute__((always_inline)) void step(int e, const float* u) {
    int drawn[GROUP];
    draw<GROUP>(e, u, drawn);
    for (int g = 0; g < GROUP; g++) {
      const uint32_t before = D ? cells[e + g] : 0;
      const int action = D ? once(before, drawn[g]) : drawn[g];
      cells[e + g] = before | 1u << drawn[g];
      actions[e + g][D] = action;
      for (int earlier = 0; earlier < D; earlier++)
        consonant[e + g] += consonance[actions[e + g][earlier] * (ROWS + 1) + action];
      if (D == DRAWS - 1) continue;
      const float* factors = powers + action * PADDED;
      for (int k = 0; k < PADDED; k += 8)
        _mm256_store_ps(w[e + g] + k, _mm256_mul_ps(_mm256_load_ps(w[e + g] + k), _mm256_load_ps(factors + k)));
    }
  }

  void play(Random& random, uint32_t* rolls, int slot) {
    for (int i = 0; i < UNIFORMS; i += 8) _mm256_store_ps(uniforms + i, uniform(random.next()));
    memset(z, 0, sizeof z);
    memset(consonant, 0, sizeof consonant);
    for (int e = 0; e < EPISODES; e++) softmax<1>(e);
    const float* u = uniforms;
    for (int t = 0; t < STEPS - 1; t++) {
      for (int e = 0; e < EPISODES; e += GROUP) step<0>(e, u + e);
      for (int e = 0; e < EPISODES; e += GROUP) step<1>(e, u + EPISODES + e);
      for (int e = 0; e < EPISODES; e += GROUP) step<2>(e, u + 2 * EPISODES + e);
      u += DRAWS * EPISODES;
      for (int e = 0; e < EPISODES; e++) rolls[((slot + e) / 8 * (STEPS + BEFORE) + BEFORE + t) * 8 + (slot + e) % 8] = cells[e];
      for (int e = 0; e < EPISODES; e += GROUP) {
        for (int g = 0; g < GROUP; g++) {
          const float *a = logits + actions[e + g][0] * PADDED, *b = logits + actions[e + g][1] * PADDED;
          const float* c = logits + actions[e + g][2] * PADDED;
          for (int k = 0; k < PADDED; k += 8) {
            const v8 sum = _mm256_add_ps(_mm256_add_ps(_mm256_load_ps(z[e + g] + k), _mm256_load_ps(a + k)),
                                         _mm256_add_ps(_mm256_load_ps(b + k), _mm256_load_ps(c + k)));
            _mm256_store_ps(z[e + g] + k, _mm256_mul_ps(sum, all(0.75f)));
          }
        }
        softmax<GROUP>(e);
      }
    }
  }
};

// ---- the cross-entropy method

static double train(uint64_t seed, int populations) {
  std::vector<float> weights((size_t)POPULATION * SAMPLED), rounded(SAMPLED);
  std::vector<double> scores(POPULATION), mean(WEIGHTS);
  static Actor actor;
  alignas(32) static uint32_t rolls[GROUPS * (STEPS + BEFORE) * 8];
  alignas(32) int consonant[CHUNK * EPISODES];
  double elite = 0;
  for (int population = 0; population < populations; population++) {
    std::copy(mean.begin(), mean.end(), rounded.begin());
    for (int first = 0; first < POPULATION; first += CHUNK) {
      const int count = std::min(CHUNK, POPULATION - first);
      for (int c = 0; c < count; c++) {
        Random random(seed * 0x9E3779B97F4A7C15ull + (uint64_t)population * 64000192ull + (uint64_t)(first + c));
        float* own = &weights[(size_t)(first + c) * SAMPLED];
        for (int i = 0; i < SAMPLED; i += 16) {
          v8 a, b;
          normal(random, a, b);
          _mm256_storeu_ps(own + i, _mm256_add_ps(a, _mm256_loadu_ps(&rounded[i])));
          _mm256_storeu_ps(own + i + 8, _mm256_add_ps(b, _mm256_loadu_ps(&rounded[i + 8])));
        }
        actor.prepare(own);
        actor.play(random, rolls, c * EPISODES);
        memcpy(consonant + c * EPISODES, actor.consonant, sizeof actor.consonant);
      }
      double totals[CHUNK * EPISODES];
      for (int g = 0; g < GROUPS; g++)
        scoreEight((const i8*)rolls + g * (STEPS + BEFORE) + BEFORE, _mm256_load_si256((const i8*)consonant + g), totals + g * 8);
      for (int c = 0; c < count; c++) {
        double sum = 0;
        for (int e = 0; e < EPISODES; e++) sum += totals[c * EPISODES + e];
        scores[first + c] = sum / EPISODES;
      }
    }
    std::vector<int> order(POPULATION);
    for (int i = 0; i < POPULATION; i++) order[i] = i;
    std::sort(order.begin(), order.end(), [&](int a, int b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
    std::vector<double> sum(WEIGHTS);
    elite = 0;
    for (int i = 0; i < ELITE; i++) {
      for (int j = 0; j < WEIGHTS; j++) sum[j] += weights[(size_t)order[i] * SAMPLED + j];
      elite += scores[order[i]] / ELITE;
    }
    for (int j = 0; j < WEIGHTS; j++) mean[j] = 0.25 * mean[j] + 0.75 * sum[j] / ELITE;
  }
  return elite;
}

int main(int argc, char** argv) {
  const int populations = argc > 1 ? atoi(argv[1]) : 100;
  makeTables();
  std::vector<double> speeds;
  double elite = 0;
  for (int run = 0; run < 9; run++) {
    const auto begin = std::chrono::steady_clock::now();
    elite += train(run + 1, populations) / 9;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    speeds.push_back((double)populations * POPULATION * EPISODES * (STEPS - 1) * DRAWS / seconds / 1e6);
  }
  std::sort(speeds.begin(), speeds.end());
  printf("%.1f\n", speeds[4]);
  fprintf(stderr, "elite after %d populations, mean of nine seeds: %.1f\n", populations, elite);
}
