// Roots move as they mostly do: 0.6 times 0.8 for a fourth up, 0.6 for a third down, 0.5 for a second up, 0.1 for a fifth
// up, - 0.2 for a third up, - 0.1 for a second down; 0.3 more when an applied dominant reaches its chord. Only where there
// are seven degrees.
//
// Source: Piston 1941, table of usual root progressions.
#define PROGRESSION_RULE {"progression", "Roots move as they mostly do.", 1}

INLINE float progression_rule(int degrees_up) {
  static const float motion[7] = {0, 0.5f, -0.2f, 0.8f, 0.1f, 0.6f, -0.1f};
  return 0.6f * motion[degrees_up];
}
static const float progression_reached = 0.3f;
