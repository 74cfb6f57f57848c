// A part that accompanies keeps its rhythm from bar to bar (0.4, or - 0.08 for every onset that differs), and when what it
// accompanies returns as it was (0.5).
//
// Source: own.
#define ACCOMPANIMENT_RULE {"accompaniment", "Accompanying parts keep their rhythm.", 1}

INLINE float accompaniment_rule(int differences) { return differences == 0 ? 0.4f : -0.08f * (float)differences; }
static const float accompaniment_return = 0.5f;
