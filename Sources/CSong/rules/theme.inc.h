// A bar that is new is no stammer: four different notes and more earn 0.6, three 0.2, fewer cost 0.6. What begins with two
// bars has six different notes in them (1.2) or five (0.6); with fewer it is no theme (- 1.2).
//
// Source: own.
#define THEME_RULE {"theme", "New bars are no stammer.", 1}

INLINE float theme_begun(int notes) { return notes >= 6 ? 1.2f : notes == 5 ? 0.6f : -1.2f; }
INLINE float theme_rule(int notes) { return notes >= 4 ? 0.6f : notes == 3 ? 0.2f : -0.6f; }
