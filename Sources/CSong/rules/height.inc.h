// The melody is as high as the tension wants: - 0.5 for every lane that a bar's mean is away. Wanted are the middle of its
// range and, calm to high, - 1.5, 0.2, 2.2 lanes.
//
// Source: Farbood, A Quantitative, Parametric Model of Musical Tension (2006).
#define HEIGHT_RULE {"height", "The melody is as high as the tension wants.", 1}

INLINE float height_rule(float mean, int lowest, int highest, int level) {
  const float away = mean - (0.5f * (float)(lowest + highest) + (level == 0 ? -1.5f : level == 1 ? 0.2f : 2.2f));
  return -0.5f * (away < 0 ? -away : away);
}
