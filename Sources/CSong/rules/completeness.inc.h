// A chord begins with its third (0.5, else - 0.8), root (0.3, else - 0.5), with four parts its fifth (0.3, else - 0.2), and
// its seventh if it has one (0.3, else - 0.5).
//
// Source: Piston 1941, ch. 2.
#define COMPLETENESS_RULE {"completeness", "Chords have all their tones.", 1}

INLINE float completeness_rule(const song_chord *c, uint32_t sung, int parts) {
  float sum = (sung & c->third ? 0.5f : -0.8f) + (sung & c->root ? 0.3f : -0.5f);
  if (parts > 3) sum += sung & c->fifth ? 0.3f : -0.2f;
  if (c->seventh) sum += sung & c->seventh ? 0.3f : -0.5f;
  return sum;
}
