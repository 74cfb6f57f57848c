// The melody's lowest note comes once: 4, every further time - 1.
//
// Source: Jaques et al. 2017 (unique lowest note).
#define NADIR_RULE {"nadir", "The melody's lowest note comes once.", 1}

INLINE float nadir_rule(int times) { return times == 1 ? 4 : -1; }
