// A phrase's last note is reached by step (2.5, unless the cadence is a half one) and is the tonic of an authentic cadence
// (1.5), the third or fifth of a half cadence (0.8).
//
// Source: Caplin, Classical Form (1998), ch. 3.
#define CADENCE_RULE_RULE {"cadence", "Phrases end by step, on the right note.", 1}

INLINE float cadence_rule(const song_chord *c, int cadence, uint32_t note, int by_step) {
  if (cadence == SONG_HALF) return note & (c->third | c->fifth) ? 0.8f : 0;
  return (by_step ? 2.5f : 0) + (cadence == SONG_AUTHENTIC && note & c->root ? 1.5f : 0);
}
