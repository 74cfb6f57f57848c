// The highest note comes once, near two thirds of the piece: 5, every further time - 1.
//
// Source: Jaques et al. 2017 (unique highest note).
#define CLIMAX_RULE {"climax", "The highest note comes once.", 1}

INLINE float climax_rule(int times) { return times == 1 ? 5 : -1; }
