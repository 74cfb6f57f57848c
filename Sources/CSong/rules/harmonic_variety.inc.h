// Chords change, most of all on strong beats (- 0.4 for one that stays there, 0.05 elsewhere and for another chord on the
// same root), do not come in the same pairs (- 0.6) nor again within four spans (- 0.15 each); an applied dominant earns 0.2.
//
// Source: own.
#define HARMONIC_VARIETY_RULE {"harmonic_variety", "Chords change.", 1}

INLINE float variety_same(int is_strong) { return is_strong ? -0.4f : 0.05f; }
static const float variety_same_root = 0.05f, variety_applied = 0.2f, variety_same_pair = -0.6f, variety_again = -0.15f;
