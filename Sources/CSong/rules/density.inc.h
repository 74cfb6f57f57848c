// A part has as many onsets in a bar as the plan wants: 0.3; one more or less - 0.1, every further one - 0.5.
//
// Source: own.
#define DENSITY_RULE_RULE {"density", "Parts have as many notes as the plan wants.", 1}

INLINE float density_rule(int away) { return away == 0 ? 0.3f : away == 1 ? -0.1f : -0.5f * (float)(away - 1); }
