// Transformations and chords.

// How a returning bar changes what it returns to: 0 to 6: moved by -3 to 3 lanes; 7 to 13: also upside down; 14: only
// the rhythm.
static void NAMED(transform)(song *s, int bar) {
  const song_plan *plan = s->task.plan;
  const song_bar *b = &plan->bar[bar];
  if (b->reference < 0) {
    s->grid.transformation[bar] = 14;
    return;
  }
  uint32_t mask = 0x7FFF;
  switch (b->relation) {
    case SONG_EXACT: mask = 1 << 3; break;
    case SONG_VARIED: mask = 1 << 3; break;
    case SONG_SEQUENCE: mask = 0x7F & ~(1 << 3); break;
    case SONG_INVERSION: mask = 0x7F << 7; break;
  }
  ROWS r = {.count = 2, .slot = NAMED(slot)(b, 0, 0, 0), .step = bar * s->task.world->steps, .sharpness = 1};
  r.row[0] = AT_TRANSFORMATION + b->relation * 16;
  r.row[1] = AT_TRANSFORMATION_PLACE + (b->relation * 2 + (b->phrase & 1)) * 16;
  s->grid.transformation[bar] =
      (int8_t)NAMED(decide)(s, &r, 2, mask, NAMED(given)(s, 0, bar) ? s->grid.transformation[bar] : -1);
}

// Which chords may come at span `at`, after `before` (-1: none).
INLINE uint32_t NAMED(chords)(const song *s, int at, int before) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  const int key = plan->bar[at / w->spans].key;
  uint32_t mask = plan->chords[at];
  if (before >= 0 && at > 0 && plan->bar[(at - 1) / w->spans].key == key) {
    uint32_t after = mask & w->key[key].chord[before].next;
    if (after) mask = after;
  }
  return mask;
}

INLINE int NAMED(chord)(song *s, int at, int before) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  const int bar = at / w->spans, k = at % w->spans;
  const song_bar *b = &plan->bar[bar];
  const song_key *key = &w->key[b->key];
  const state *now = &s->now;
  uint32_t mask = NAMED(chords)(s, at, before);
  // Look ahead: what may follow has to be able to reach what the plan wants next.
  if (at + 1 < plan->bars * w->spans && plan->bar[(at + 1) / w->spans].key == b->key) {
    uint32_t good = 0;
    for (uint32_t rest = mask; rest; rest &= rest - 1) {
      int c = __builtin_ctz(rest);
      if (key->chord[c].next & plan->chords[at + 1]) good |= 1u << c;
    }
    if (good) mask = good;
  }
  // Weak spans may keep the chord, strong ones change it.
  int former = 32;
  if (b->reference >= 0 && (b->relation == SONG_EXACT || b->relation == SONG_VARIED)) former = s->grid.chord[b->reference * w->spans + k];
  if (former < 32 && b->relation == SONG_EXACT && !now->loose && mask >> former & 1) mask = 1u << former;
  ROWS r = {.count = 4, .slot = NAMED(slot)(b, k, 0, 1), .step = at / w->spans * w->steps + w->start[k],
            .invention = b->reference < 0, .sharpness = b->reference >= 0 ? s->now.sharpness : 1};
  const int context = plan->context[at], mode = key->mode;
  r.row[0] = AT_CHORD_AFTER + (mode * 33 + (before < 0 ? 32 : before)) * 32;
  r.row[1] = AT_CHORD_CADENCE + ((mode * SONG_CADENCES + (context >> 3)) * 8 + (context & 7)) * 32;
  r.row[2] = AT_CHORD_PLACE + ((mode * 8 + b->place) * 2 + k) * 32;
  r.row[3] = AT_CHORD_FORMER + ((b->reference < 0 ? 0 : b->relation == SONG_EXACT ? 1 : b->relation == SONG_VARIED ? 2 : 3) * 33 + former) * 32;
  int chosen = NAMED(decide)(s, &r, 4, mask, s->task.replay || NAMED(given)(s, 0, bar) ? s->grid.chord[at] : -1);
  s->grid.chord[at] = (int8_t)chosen;
  if (before >= 0) {
    const song_chord *a = &w->key[plan->bar[(at - 1) / w->spans].key].chord[before], *c = &key->chord[chosen];
    const int d = (c->root_class - a->root_class + w->degrees) % w->degrees;
    if (w->degrees == 7) {
      // Roots best fall by fifths and thirds, or rise by a step.
      static const float motion[7] = {0, 0.5f, -0.2f, 0.8f, 0.1f, 0.6f, -0.1f};
      REWARD(PROGRESSION, 0.6f * motion[d]);
    }
    if (a == c) REWARD(HARMONIC_VARIETY, w->weight[w->start[k]] == 2 ? -0.4f : 0.05f);
    else if (d == 0) REWARD(HARMONIC_VARIETY, 0.05f);
    if (a->dominant == 2 && c->root_class == a->target) REWARD(PROGRESSION, 0.3f);
    if (c->dominant == 2) REWARD(HARMONIC_VARIETY, 0.2f);
    // Dissonant chords are spice, most welcome before a cadence.
    if (c->dissonance > 0) REWARD(DISSONANCE, (context & 7) == 1 ? -0.3f * c->dissonance : -c->dissonance);
    if (at >= 4 && s->grid.chord[at] == s->grid.chord[at - 2] && s->grid.chord[at - 1] == s->grid.chord[at - 3]) REWARD(HARMONIC_VARIETY, -0.6f);
    if (at >= 2 && (context & 7) != 0) {
      // The last four chords should be different ones.
      int same = 0;
      for (int i = 2; i <= 4 && at - i >= 0; i++) same += s->grid.chord[at - i] == chosen;
      REWARD(HARMONIC_VARIETY, -0.15f * same);
    }
  }
  if (former < 32) REWARD(LIKENESS, chosen == former ? 0.8f : 0);
  return chosen;
}

static void NAMED(harmonise)(song *s, int bar, int k) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  state *now = &s->now;
  const int at = bar * w->spans + k;
  if (at == 0) now->next = NAMED(chord)(s, 0, -1);
  now->chord_before = now->chord;
  now->harmony_before = now->harmony;
  now->chord = now->next;
  now->harmony = &w->key[plan->bar[bar].key].chord[now->chord];
  now->next = -1, now->harmony_after = 0;
  if (at + 1 < plan->bars * w->spans) {
    now->next = NAMED(chord)(s, at + 1, now->chord);
    now->harmony_after = &w->key[plan->bar[(at + 1) / w->spans].key].chord[now->next];
  }
}
