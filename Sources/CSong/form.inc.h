// What is judged when a bar is complete: density, note values, height, likeness.

INLINE uint32_t NAMED(pattern)(const song *s, int p, int bar) {
  const int steps = s->task.world->steps;
  uint32_t pattern = 0;
  for (int i = 0; i < steps; i++) pattern |= (uint32_t)s->grid.onset[p][bar * steps + i] << i;
  return pattern;
}

// How alike two bars of the top part are: half the share of common onsets, half the share of equal intervals between them.
INLINE float NAMED(likeness)(const song *s, int bar, int other, int exact) {
  const int steps = s->task.world->steps;
  const uint32_t a = NAMED(pattern)(s, 0, bar), b = NAMED(pattern)(s, 0, other), both = a & b;
  const float rhythm = (float)__builtin_popcount(both) / (float)most(1, __builtin_popcount(a | b));
  int best = 0, count = 0;
  for (int inverted = 0; inverted < 2; inverted++) {
    int equal = 0, n = 0, x = -1, y = -1;
    for (uint32_t rest = both; rest; rest &= rest - 1) {
      const int i = __builtin_ctz(rest), here = s->grid.lane[0][bar * steps + i], there = s->grid.lane[0][other * steps + i];
      if (x >= 0) n++, equal += here - x == (inverted ? y - there : there - y);
      else if (exact) n++, equal += !inverted && s->grid.pitch[0][bar * steps + i] == s->grid.pitch[0][other * steps + i];
      x = here, y = there;
    }
    if (equal > best) best = equal;
    count = n;
  }
  return 0.5f * rhythm + 0.5f * (count ? (float)best / (float)count : 0);
}

// Whether the window for the highest or the lowest note closes without it.
INLINE int NAMED(missed)(const song *s, int bar) {
  const song_plan *plan = s->task.plan;
  const song_bar *b = &plan->bar[bar];
  const int ends = bar + 1 == plan->bars;
  return (b->climax && (ends || !plan->bar[bar + 1].climax) && !s->now.climaxes) ||
         (b->nadir && (ends || !plan->bar[bar + 1].nadir) && !s->now.nadirs);
}

static void NAMED(bar)(song *s, int bar) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  const song_bar *b = &plan->bar[bar];
  const int steps = w->steps, parts = PARTS(w), cadential = b->cadence && b->in_phrase == b->phrase_bars - 1;
  if (!cadential) {
    for (int p = 0; p < parts; p++) {
      const int d = s->now.in_bar[p] - b->density[p], size = d < 0 ? -d : d;
      REWARD(DENSITY_RULE, density_rule(size));
    }
    // At least two note values in a bar of the melody.
    uint32_t values = 0;
    int length = 0;
    for (int i = 0; i <= steps; i++) {
      if (i == steps || s->grid.onset[0][bar * steps + i]) {
        if (length) values |= 1u << length;
        length = 0;
      }
      length++;
    }
    REWARD(NOTE_VALUES, note_values_rule(__builtin_popcount(values)));
  }
  for (int p = 1; p < parts && !cadential; p++) {
    if (b->in_phrase > 0 && b->reference < 0) {
      const uint32_t here = NAMED(pattern)(s, p, bar), before = NAMED(pattern)(s, p, bar - 1);
      const int d = __builtin_popcount(here ^ before);
      REWARD(ACCOMPANIMENT, accompaniment_rule(d));
    }
    if (b->reference >= 0 && b->relation == SONG_EXACT) REWARD(ACCOMPANIMENT, NAMED(pattern)(s, p, bar) == NAMED(pattern)(s, p, b->reference) ? accompaniment_return : 0);
  }
  int count = 0, sum = 0;
  uint32_t lanes = 0;
  for (int i = 0; i < steps; i++) {
    const int lane = s->grid.lane[0][bar * steps + i];
    if (lane < 0) continue;
    count++, sum += lane;
    lanes |= bit(lane);
  }
  if (count) {
    REWARD(HEIGHT, height_rule((float)sum / (float)count, plan->nadir_lane, plan->climax_lane, b->level));
  }
  if (b->reference < 0 && !cadential) REWARD(THEME, theme_rule(__builtin_popcount(lanes)));
  if (b->in_phrase == 1 && plan->bar[bar - 1].reference < 0) {
    for (int i = 0; i < steps; i++) {
      const int lane = s->grid.lane[0][(bar - 1) * steps + i];
      if (lane >= 0) lanes |= bit(lane);
    }
    REWARD(THEME, theme_begun(__builtin_popcount(lanes)));
  }
  if (b->reference >= 0) {
    REWARD(LIKENESS, likeness_rule(NAMED(likeness)(s, bar, b->reference, b->relation == SONG_EXACT), b->likeness));
  }
}
