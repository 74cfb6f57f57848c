// What the files of counterpoint share.
#ifndef CK_COUNTERPOINT_PRIVATE_H
#define CK_COUNTERPOINT_PRIVATE_H
#include <stdint.h>
#include <string.h>

// A step at which the composed line is silent, among positions.
#define CK_SILENT 255

// splitmix64 (Steele et al. 2014).
static inline uint64_t ck_next(uint64_t *random) {
  uint64_t bits = *random += 0x9E3779B97F4A7C15ull;
  bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9ull;
  bits = (bits ^ bits >> 27) * 0x94D049BB133111EBull;
  return bits ^ bits >> 31;
}

// An integer below `count`; the bias, below count / 2^32, is of no matter.
static inline uint32_t ck_below(uint64_t *random, uint32_t count) {
  return (uint32_t)((ck_next(random) >> 32) * count >> 32);
}

// A number in 0 ..< 1.
static inline double ck_unit(uint64_t *random) { return (double)(ck_next(random) >> 11) * 0x1p-53; }

// e^x for x <= 0: 2^n times the Taylor series of e^r, |r| <= ln 2 / 2, to the 9th power; relative error below 1e-10.
static inline double ck_exp(double x) {
  if (!(x > -700)) return 0;
  double power = (double)(int64_t)(x * 1.442695040888963407 - 0.5);
  double rest = x - power * 0.693147180559945309, series = 1;
  for (int divisor = 9; divisor > 0; divisor--) series = 1 + rest * series / divisor;
  uint64_t bits = (uint64_t)(1023 + (int64_t)power) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return series * scale;
}

// ln x for 0 < x <= 1, and 700 below what e^-700 is: as Core's naturalLogarithm.
static inline double ck_log(double x) {
  if (!(x > 1e-300)) return -700;
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  double exponent = (double)((int64_t)(bits >> 52) - 1023);
  bits = (bits & 0xFFFFFFFFFFFFFull) | 1023ull << 52;
  memcpy(&x, &bits, sizeof x);
  if (x > 1.4142135623730951) {
    x /= 2;
    exponent += 1;
  }
  double ratio = (x - 1) / (x + 1), square = ratio * ratio, series = 0;
  for (int power = 17; power > 0; power -= 2) series = series * square + 1.0 / power;
  return exponent * 0.693147180559945309 + 2 * ratio * series;
}
#endif
