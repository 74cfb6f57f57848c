// A bar that refers to another is as alike as the plan says: 7 (1 - |likeness - wanted| / wanted). Likeness: half the share
// of common onsets, half the share of equal intervals between them, also upside down (form.inc.h). The same chord: 0.8.
//
// Source: own; Jaques et al. 2017 reward repetition of motifs.
#define LIKENESS_RULE {"likeness", "Bars that return are as alike as the plan says.", 4}

INLINE float likeness_rule(float alike, float wanted) {
  const float away = alike - wanted;
  return 7 * (1 - (away < 0 ? -away : away) / wanted);
}
static const float likeness_chord = 0.8f;
