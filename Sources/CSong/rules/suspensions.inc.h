// A suspension earns 0.8, near a cadence 1.5, as long as there are no more than one a phrase; beyond that it costs 0.3, over
// the bass note that it delays 0.5.
//
// Source: Fux 1725, fourth species.
#define SUSPENSIONS_RULE {"suspensions", "A suspension a phrase.", 1}

INLINE float suspensions_rule(int over_its_note, int before, int phrase, int near_cadence) {
  if (over_its_note) return -0.5f;
  return before > phrase ? -0.3f : near_cadence ? 1.5f : 0.8f;
}
