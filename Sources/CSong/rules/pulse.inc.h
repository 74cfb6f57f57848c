// Something moves on every beat (- 0.5 if nothing does), outside cadences at least two parts on a strong one (- 0.3), few
// off it (0.08 for one, - 0.3 for three and more).
//
// Source: Lerdahl and Jackendoff, A Generative Theory of Tonal Music (1983), metrical preference rules.
#define PULSE_RULE {"pulse", "Something moves on every beat.", 1}

INLINE float pulse_rule(int weight, int moving, int cadential) {
  if (weight == 0) return moving >= 3 ? -0.3f : moving == 1 ? 0.08f : 0;
  return (moving ? 0 : -0.5f) + (weight == 2 && moving < 2 && !cadential ? -0.3f : 0);
}
