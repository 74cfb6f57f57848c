// Inner parts sing: a step earns 0.06, a repeated note costs 0.15 (0.35 within three steps of the first), wider intervals
// cost 0.1 for every lane, to and fro 0.2; a passing or neighbour note earns 0.08, in the melody 0.05.
//
// Source: Piston, Harmony (1941), ch. 2.
#define LINES_RULE {"lines", "Inner parts sing.", 1}

INLINE float lines_rule(int size, int soon) {
  static const float value[9] = {-0.15f, 0.06f, 0, -0.3f, -0.4f, -0.5f, -0.6f, -0.7f, -0.35f};
  return value[size == 0 && soon ? 8 : least(size, 7)];
}
static const float lines_to_and_fro = -0.2f;
INLINE float lines_foreign(int is_melody) { return is_melody ? 0.05f : 0.08f; }
