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
  const int key = plan->bar[at / SONG_BAR_SPANS].key;
  uint32_t mask = plan->chords[at];
  if (before >= 0 && at > 0 && plan->bar[(at - 1) / SONG_BAR_SPANS].key == key) {
    uint32_t after = mask & w->key[key].chord[before].next;
    if (after) mask = after;
  }
  return mask;
}

INLINE int NAMED(chord)(song *s, int at, int before) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  const int bar = at / SONG_BAR_SPANS, k = at % SONG_BAR_SPANS;
  const song_bar *b = &plan->bar[bar];
  const song_key *key = &w->key[b->key];
  const state *now = &s->now;
  uint32_t mask = NAMED(chords)(s, at, before);
  const uint32_t possible = mask;
  const int spans = plan->bars * SONG_BAR_SPANS, holds = b->slow && !k;
  if (holds && mask & plan->chords[at + 1]) mask &= plan->chords[at + 1];
  // Look ahead: what may follow has to be able to reach what the plan wants next, and a bar that returns as it was.
  const int ahead = at + 1 + holds;
  if (ahead < spans && plan->bar[ahead / SONG_BAR_SPANS].key == b->key) {
    const song_bar *after = &plan->bar[ahead / SONG_BAR_SPANS];
    const uint32_t wanted = plan->chords[ahead];
    uint32_t same = 0, good = 0, best = 0;
    if (after->relation == SONG_EXACT && plan->bar[after->reference].key == b->key)
      same = wanted & bit(s->grid.chord[after->reference * SONG_BAR_SPANS + ahead % SONG_BAR_SPANS]);
    for (uint32_t rest = mask; rest; rest &= rest - 1) {
      int c = __builtin_ctz(rest);
      if (key->chord[c].next & wanted) good |= 1u << c;
      if (key->chord[c].next & same) best |= 1u << c;
    }
    if (good) mask = good;
    if (best) mask = best;
    // A chord that holds for its bar has to lead on from there, too.
    if (b->slow && k && before >= 0 && plan->chords[at] >> before & 1 && key->chord[before].next & wanted) mask = 1u << before;
  }
  // Weak spans may keep the chord, strong ones change it.
  int former = 32;
  if (b->reference >= 0 && (b->relation == SONG_EXACT || b->relation == SONG_VARIED)) former = s->grid.chord[b->reference * SONG_BAR_SPANS + k];
  if (former < 32 && b->relation == SONG_EXACT && now->loose < 2 && (possible | mask) >> former & 1) mask = 1u << former;
  ROWS r = {.count = 4, .slot = NAMED(slot)(b, k, 0, 1), .step = at / SONG_BAR_SPANS * w->steps + w->start[k],
            .invention = b->reference < 0, .sharpness = b->reference >= 0 ? s->now.sharpness : 1};
  const int context = plan->context[at], mode = key->mode;
  r.row[0] = AT_CHORD_AFTER + (mode * 33 + (before < 0 ? 32 : before)) * 32;
  r.row[1] = AT_CHORD_CADENCE + ((mode * SONG_CADENCES + (context >> 3)) * 8 + (context & 7)) * 32;
  r.row[2] = AT_CHORD_PLACE + ((mode * 8 + b->place) * 2 + k) * 32;
  r.row[3] = AT_CHORD_FORMER + ((b->reference < 0 ? 0 : b->relation == SONG_EXACT ? 1 : b->relation == SONG_VARIED ? 2 : 3) * 33 + former) * 32;
  int chosen = NAMED(decide)(s, &r, 4, mask, s->task.replay || NAMED(given)(s, 0, bar) ? s->grid.chord[at] : -1);
  s->grid.chord[at] = (int8_t)chosen;
  if (before >= 0) {
    const song_chord *a = &w->key[plan->bar[(at - 1) / SONG_BAR_SPANS].key].chord[before], *c = &key->chord[chosen];
    const int d = (c->root_class - a->root_class + w->degrees) % w->degrees;
    if (w->degrees == 7) {
      REWARD(PROGRESSION, progression_rule(d));
    }
    if (a == c) REWARD(HARMONIC_VARIETY, variety_same(w->weight[w->start[k]] == 2));
    else if (d == 0) REWARD(HARMONIC_VARIETY, variety_same_root);
    if (a->dominant == 2 && c->root_class == a->target) REWARD(PROGRESSION, progression_reached);
    if (c->dominant == 2) REWARD(HARMONIC_VARIETY, variety_applied);
    if (c->dissonance > 0) REWARD(DISSONANCE, dissonance_rule(c, (context & 7) == 1));
    if (at >= 4 && s->grid.chord[at] == s->grid.chord[at - 2] && s->grid.chord[at - 1] == s->grid.chord[at - 3]) REWARD(HARMONIC_VARIETY, variety_same_pair);
    if (at >= 2 && (context & 7) != 0) {
      // The last four chords should be different ones.
      int same = 0;
      for (int i = 2; i <= 4 && at - i >= 0; i++) same += s->grid.chord[at - i] == chosen;
      REWARD(HARMONIC_VARIETY, variety_again * (float)same);
    }
  }
  if (former < 32) REWARD(LIKENESS, chosen == former ? likeness_chord : 0);
  return chosen;
}

static void NAMED(harmonise)(song *s, int bar, int k) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  state *now = &s->now;
  const int at = bar * SONG_BAR_SPANS + k;
  if (at == 0) now->next = NAMED(chord)(s, 0, -1);
  now->chord_before = now->chord;
  now->harmony_before = now->harmony;
  now->chord = now->next;
  now->harmony = &w->key[plan->bar[bar].key].chord[now->chord];
  now->next = -1, now->harmony_after = 0;
  if (at + 1 < plan->bars * SONG_BAR_SPANS) {
    now->next = NAMED(chord)(s, at + 1, now->chord);
    now->harmony_after = &w->key[plan->bar[(at + 1) / SONG_BAR_SPANS].key].chord[now->next];
  }
}
