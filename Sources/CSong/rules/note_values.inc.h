// A bar of the melody has at least two note values: 0.4, else - 0.4; a rest costs 0.05, in other parts 0.3.
//
// Source: own.
#define NOTE_VALUES_RULE {"note_values", "Bars of the melody have more than one note value.", 1}

INLINE float note_values_rule(int count) { return count >= 2 ? 0.4f : -0.4f; }
INLINE float note_values_rest(int is_melody) { return is_melody ? -0.05f : -0.3f; }
