// No two parts on the leading tone (- 1); other thirds rather once (- 0.2).
//
// Source: Piston 1941, ch. 2.
#define DOUBLING_RULE {"doubling", "Leading tones are not doubled.", 1}

INLINE float doubling_rule(const song_chord *c, int leading, int thirds) {
  return (leading > 1 ? -1.0f : 0) + (thirds > 1 && c->third & ~c->rising ? -0.2f : 0);
}
