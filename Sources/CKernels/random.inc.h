// Random numbers and the functions they need, sixteen lanes at a time.
#ifndef CK_TYPES16
#define CK_TYPES16
typedef float f16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef uint32_t u16 __attribute__((vector_size(64)));
typedef float f16u __attribute__((vector_size(64), aligned(4)));
#define FLOATS16(x) __builtin_convertvector((i16)(x), f16)
#define ROTATE(x, k) ((x) << (k) | (x) >> (32 - (k)))
#endif

// xoshiro128++ 1.0 in every lane.
INLINE u16 NAMED(next)(u16 *s) {
  u16 sum = s[0] + s[3], result = ROTATE(sum, 7) + s[0], t = s[1] << 9;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = ROTATE(s[3], 11);
  return result;
}

static void NAMED(uniforms)(ck_random *random, float *out, int64_t count) {
  u16 s[4];
  memcpy(s, random->s, sizeof s);
  for (int64_t i = 0; i < count; i += 16) *(f16u *)(out + i) = FLOATS16(NAMED(next)(s) >> 8) * 0x1p-24f;
  memcpy(random->s, s, sizeof s);
}

// Natural logarithm of normal numbers in (0, 1]: x = 2^e m with m in [sqrt(1/2), sqrt(2)), then the polynomial of the
// Cephes library (S. L. Moshier) for log(1 + m').
INLINE f16 NAMED(logarithm)(f16 x) {
  i16 bits = (i16)x, e = (bits - 0x3f3504f3) >> 23;
  f16 m = (f16)(bits - (e << 23)) - 1.0f, square = m * m, exponent = FLOATS16(e);
  f16 p = m * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  p = p * m * square;
  p = p - exponent * 2.12194440e-4f;  // ln 2 in two parts, the small one first
  p = p - square * 0.5f;
  return exponent * 0.693359375f + (m + p);
}

// Thirty-two normal numbers (Box and Muller 1958): radius sqrt(-2 ln u), angle from a quadrant (2 bits) and a fraction
// of a quarter turn in [-1/2, 1/2) (30 bits), sine and cosine by their Taylor-like polynomials on that range (Cephes).
INLINE void NAMED(normals)(u16 *s, f16 *first, f16 *second) {
  f16 u = FLOATS16(NAMED(next)(s) >> 8) * 0x1p-24f + 0x1p-25f;
  u16 bits = NAMED(next)(s), quadrant = bits >> 30;
  f16 radius = __builtin_elementwise_sqrt(NAMED(logarithm)(u) * -2.0f);
  f16 x = FLOATS16((i16)(bits << 2) >> 2) * (float)(1.5707963267948966 / (1u << 30)), z = x * x;
  f16 sine = ((z * -1.9515295891e-4f + 8.3321608736e-3f) * z - 1.6666654611e-1f) * (z * x) + x;
  f16 cosine = (((z * 2.443315711809948e-5f - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z - 0.5f) * z + 1.0f;
  i16 odd = (i16)(quadrant << 31) >> 31;
  u16 sign = quadrant >> 1 << 31;
  *first = radius * (f16)((((u16)sine & (u16)odd) | ((u16)cosine & ~(u16)odd)) ^ sign);
  *second = radius * (f16)((((u16)cosine & (u16)odd) | ((u16)sine & ~(u16)odd)) ^ sign);
}

static void NAMED(sample)(ck_random *random, const float *mean, float deviation, float *out, int64_t count) {
  u16 s[4];
  memcpy(s, random->s, sizeof s);
  for (int64_t i = 0; i < count; i += 32) {
    f16 first, second;
    NAMED(normals)(s, &first, &second);
    *(f16u *)(out + i) = *(const f16u *)(mean + i) + first * deviation;
    *(f16u *)(out + i + 16) = *(const f16u *)(mean + i + 16) + second * deviation;
  }
  memcpy(random->s, s, sizeof s);
}
