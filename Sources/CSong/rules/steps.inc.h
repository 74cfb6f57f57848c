// The melody moves mostly by step: an interval of a second earns 0.12, a third 0.08, a fourth 0.02, a repeated note costs
// 0.5, a sixth or an octave 0.3, a seventh 1; going to and fro between two notes costs 0.6, going on so 1.2; a third note on
// the same pitch costs 1.
//
// Source: Huron, Sweet Anticipation (2006), ch. 5: step motion and pitch proximity.
#define STEPS_RULE {"steps", "The melody moves mostly by step.", 1}

INLINE float steps_rule(int size) {
  static const float value[9] = {-0.5f, 0.12f, 0.08f, 0.02f, 0, -0.3f, -1, -0.3f, -1};
  return value[least(size, 8)];
}
INLINE float steps_to_and_fro(int again) { return again ? -1.2f : -0.6f; }
static const float steps_stay = -1;
