// After a leap of a fourth or more the melody turns: 0.5 for a step back, 0 for a third back, - 0.8 for anything else.
//
// Source: Fux, Gradus ad Parnassum (1725); Jaques et al. 2017 (leaps resolved).
#define LEAPS_RULE {"leaps", "After a leap it turns.", 1}

INLINE float leaps_rule(int interval, int leapt_up) {
  const int size = interval < 0 ? -interval : interval, turned = (interval < 0) == leapt_up;
  return size == 1 && turned ? 0.5f : size == 2 && turned ? 0 : -0.8f;
}
