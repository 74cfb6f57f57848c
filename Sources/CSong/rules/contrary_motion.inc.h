// Melody and bass move in different directions: 0.2; in the same one: - 0.15.
//
// Source: Fux 1725; Huron 2001.
#define CONTRARY_RULE {"contrary_motion", "Melody and bass move in different directions.", 1}

INLINE float contrary_rule(int bass_rose, int melody_rose) { return bass_rose != melody_rose ? 0.2f : -0.15f; }
