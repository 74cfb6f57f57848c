// Rhythm: for every part one pattern a span. Patterns 0 to 7 begin with an onset, 8 to 15 do not: the note before goes
// on, or where it cannot, a rest. Bits 0 to 2 of a pattern: onsets at steps 1 to 3 of the span.

INLINE uint32_t NAMED(onsets)(int pattern) { return (uint32_t)(pattern < 8) | (uint32_t)(pattern & 7) << 1; }

// How the note that sounds may go on when the chord changes: 0: silence; 1: it belongs to the new chord; 2: as a
// suspension; 3: not.
INLINE int NAMED(tie)(const song *s, int p, int bar, int k) {
  const song_world *w = s->task.world;
  const state *now = &s->now;
  const int lane = now->lane[p];
  if (lane < 0) return 0;
  const song_chord *c = now->harmony;
  const song_scale *scale = &w->scale[c->scale];
  if (now->pending[p] == 1) return 3;
  const int role = NAMED(role)(p, PARTS(w));
  const uint32_t members = role == 1 ? c->bass : c->members;
  if (bit(lane) & members && scale->pitch[lane] == now->pitch[p]) {
    // Four parts have a tone of a seventh chord each.
    if (c->seventh && role != 1 && PARTS(w) == 4 && bit(lane) & c->bass) return 3;
    return 1;
  }
  const song_bar *b = &s->task.plan->bar[bar];
  if (role == 1 || now->pending[p] || !now->harmony_before || now->harmony_before->root_class == c->root_class) return 3;
  if (w->weight[w->start[k]] < 1 || now->length[p] < 2 || now->length[p] > 6) return 3;
  if (b->last || (p == 0 && b->arrival == k)) return 3;
  if (lane >= 1 && bit(lane - 1) & c->members && w->reach[c->scale * w->pitches + now->pitch[p]] & bit(lane - 1)) {
    if (bit(lane) & now->harmony_before->rising) return 3;
    return 2;
  }
  return 3;
}

static void NAMED(rhythms)(song *s, int bar, int k) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  const song_bar *b = &plan->bar[bar];
  state *now = &s->now;
  const int at = bar * SONG_BAR_SPANS + k, length = w->length[k], parts = PARTS(w);
  const uint32_t within = length == 4 ? 0xFFFF : length == 3 ? 0x0F0F : 0x0303;
  uint32_t together = 0;
  const int cadential = b->cadence && b->in_phrase == b->phrase_bars - 1;
  for (int order = 0; order < parts; order++) {
    const int p = order == 0 ? parts - 1 : order - 1, role = NAMED(role)(p, parts);
    const int tie = NAMED(tie)(s, p, bar, k);
    uint32_t mask = within;
    if (tie == 0) mask &= role == 0 && k == 0 && b->in_phrase == 0 && at > 0 ? 0xFFFF & ~(1u << 8) : 0xFF;
    if (tie == 2) mask &= length == 4 ? 0xFF | 1u << 10 | 1u << 14 : length == 3 ? 0xFF | 1u << 9 | 1u << 10 | 1u << 11 : 0xFF | 1u << 9;
    if (tie == 3 || (at == 0 && role == 0)) mask &= 0xFF;
    if (cadential && b->arrival >= 0) {
      if (role == 0) {
        if (k == b->arrival) mask &= 1;
        if (k > b->arrival) {
          uint32_t lead = 1u << 8;
          if (b->lead == 1) lead = 1u << (8 + (1 << (length - 2)));
          if (b->lead >= 2 && length >= 3) lead = 1u << (8 + (3 << (length - 3))) | 1u << (8 + (1 << (length - 3)));
          if (b->lead >= 3 && length == 4) lead |= 1u << 15;
          if (mask & lead) mask &= lead;
        }
      } else if (b->last) {
        if (k == b->arrival) mask &= 1;
        if (k > b->arrival && mask & 1u << 8) mask &= 1u << 8;
      } else if (role == 1 && k == b->arrival) {
        mask &= 0xFF;
      }
    } else if (role == 1 && tie != 1) {
      mask &= 0xFF;
    }
    const int after_beat = NAMED(after_beat)(b), late = after_beat && role >= 2 && k == 0;  // late: silent on the first beat
    if (after_beat && role != 0) mask = late ? 1u << 10 : k && role == 1 && tie == 1 ? 1u << 8 : 1;
    if (!mask) mask = within & 0xFF;
    // What the reference did, or for accompanying parts without one the bar before.
    int former = 16, relation = 0;
    const int reference = b->reference >= 0 ? b->reference : role != 0 && b->in_phrase > 0 && !cadential ? bar - 1 : -1;
    if (reference >= 0) {
      former = s->grid.rhythm[p][reference * SONG_BAR_SPANS + k];
      relation = b->reference < 0 ? 0 : b->relation == SONG_EXACT ? 1 : 2;
    }
    const int free = b->reference < 0;
    // A variation that is to be very like keeps the rhythm, too, and varies the notes.
    const int same = b->relation == SONG_SEQUENCE || b->relation == SONG_INVERSION || (b->relation == SONG_VARIED && b->likeness >= 0.95f);
    const int kept = b->relation == SONG_EXACT ? role <= 1 : role == 0 && same;
    if (kept && now->loose <= (role == 0) && former < 16 && mask >> former & 1) mask = 1u << former;
    const int place = cadential ? (k == b->arrival ? 3 : 4) : b->in_phrase == b->phrase_bars - 2 ? 2 : b->in_phrase == 0 ? 1 : b->cadence == 0 ? 5 : 0;
    ROWS r = {.count = 6, .slot = NAMED(slot)(b, k, 1, role), .step = bar * w->steps + w->start[k],
              .invention = free && role == 0 && !cadential,
              .taste = free && role == 0 ? plan->rhythm_taste[b->contrast] : 0, .sharpness = free && !cadential ? 1 : s->now.sharpness};
    r.row[0] = AT_PLACE + ((role * 2 + k) * 6 + place) * 16;
    r.row[1] = AT_FORMER + ((role * 3 + relation) * 17 + former) * 16;
    r.row[2] = AT_FLOW + (role * 17 + (at ? s->grid.rhythm[p][at - 1] : 16)) * 16;
    r.row[3] = AT_UNION + (role * 16 + (int)(together & 15)) * 16;
    r.row[4] = AT_DENSITY + ((role * 9 + least(8, b->density[p])) * 5 + (k ? 1 + least(3, now->in_bar[p]) : 0)) * 16;
    r.row[5] = AT_TIE + (role * 4 + tie) * 16;
    const int pattern = NAMED(decide)(s, &r, 2, mask, NAMED(given)(s, p, bar) ? s->grid.rhythm[p][at] : -1);
    s->grid.rhythm[p][at] = (int8_t)pattern;
    together |= NAMED(onsets)(pattern);
    if (pattern >= 8 && tie == 2 && !late) {
      now->pending[p] = 2;
      REWARD(SUSPENSIONS, suspensions_rule((bit(now->lane[p] - 1) & now->harmony->bass) != 0, now->suspensions, b->phrase,
                                           cadential || b->in_phrase == b->phrase_bars - 2));
      now->suspensions++;
    }
    if (pattern >= 8 && (tie == 0 || tie == 3 || late)) {  // a rest
      if (now->lane[p] >= 0) now->lane[p] = -1, now->pitch[p] = -1, now->length[p] = 0;
      now->pending[p] = 0;
      if (!late) REWARD(NOTE_VALUES, note_values_rest(role == 0));
    }
  }
  // Something moves on every beat, little off it.
  if (!(cadential && b->last)) {
    for (int i = 0; i < length; i++) {
      int moving = 0;
      for (int p = 0; p < parts; p++) moving += NAMED(onsets)(s->grid.rhythm[p][at]) >> i & 1;
      const int weight = w->weight[w->start[k] + i];
      REWARD(PULSE, pulse_rule(weight, moving, cadential));
    }
  }
}
