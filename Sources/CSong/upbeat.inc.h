// The pickup before the first bar: the top part alone, in the first chord, as if it were the end of that chord's span.

static void NAMED(upbeat)(song *s) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  const song_bar *b = &plan->bar[0];
  state *now = &s->now;
  const int length = w->length[0], first = length - plan->upbeat, given = NAMED(given)(s, 0, 0);
  // It begins with an onset; which of its other steps do is to be decided.
  uint32_t mask = 0;
  for (int pattern = 8; pattern < 8 + (1 << (length - 1)); pattern++)
    if (pattern & 7 && __builtin_ctz((unsigned)pattern & 7) == first - 1) mask |= 1u << pattern;
  ROWS r = {.count = 6, .slot = NAMED(slot)(b, 0, 1, 0), .step = -plan->upbeat, .invention = 1, .taste = plan->rhythm_taste[0], .sharpness = 1};
  r.row[0] = AT_PLACE + 4 * 16;
  r.row[1] = AT_FORMER + 16 * 16;
  r.row[2] = AT_FLOW + 16 * 16;
  r.row[3] = AT_UNION;
  r.row[4] = AT_DENSITY + least(8, b->density[0]) * 5 * 16;
  r.row[5] = AT_TIE;
  const int pattern = NAMED(decide)(s, &r, 2, mask, given ? s->grid.upbeat_rhythm : -1);
  // Masks look for the next onset in the span's rhythm, and for what leads on in the chord after it.
  const int8_t rhythm = s->grid.rhythm[0][0];
  const song_chord *after = now->harmony_after;
  s->grid.upbeat_rhythm = s->grid.rhythm[0][0] = (int8_t)pattern;
  now->harmony_after = now->harmony;
  for (int i = first; i < length; i++) {
    const int at = i - first, moves = (int)(NAMED(onsets)(pattern) >> i & 1);
    NAMED(moment) m = {.i = i, .step = at - plan->upbeat, .moving = 1, .decided = (1u << PARTS(w)) - 2};
    for (int p = 0; p < PARTS(w); p++) m.lane[p] = now->lane[p], m.pitch[p] = now->pitch[p];
    if (moves) NAMED(sing)(s, &m, 0, 0);
    now->length[0]++;
    s->grid.upbeat_onset[at] = (uint8_t)moves;
    s->grid.upbeat_lane[at] = now->lane[0];
    s->grid.upbeat_pitch[at] = now->pitch[0];
  }
  s->grid.rhythm[0][0] = rhythm;
  now->harmony_after = after;
  now->in_bar[0] = 0;
}
