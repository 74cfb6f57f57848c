// The bass is a line: a step earns 0.12, a third 0.05, a repeated note costs 0.3, a sixth 0.1, a seventh 0.5; two leaps in
// one direction cost 0.4, to and fro 0.25.
//
// Source: Schoenberg, Fundamentals of Musical Composition (1967), ch. 9.
#define BASS_LINE_RULE {"bass_line", "The bass is a line.", 1}

INLINE float bass_line_rule(int size) {
  static const float value[9] = {-0.3f, 0.12f, 0.05f, 0, 0, -0.1f, -0.5f, 0, -0.5f};
  return value[least(size, 8)];
}
static const float bass_line_two_leaps = -0.4f, bass_line_to_and_fro = -0.25f;
