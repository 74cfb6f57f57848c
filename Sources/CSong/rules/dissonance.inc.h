// Chords that are not consonant are spice: a seventh chord costs 0.7, a diminished triad 0.5, before a cadence 0.3 of that.
//
// Source: own.
#define DISSONANCE_RULE {"dissonance", "Dissonant chords are spice.", 6}

INLINE float dissonance_rule(const song_chord *c, int before_cadence) { return (before_cadence ? -0.3f : -1) * c->dissonance; }
