// What the parts leave each other at a step: order, room, and what is no parallel.

typedef struct NAMED(moment) {
  int bar, k, i, step, at;
  uint32_t moving, decided;                 // parts with an onset here; those whose note at this step is known
  int8_t lane[SONG_PARTS];                  // before this step
  int16_t pitch[SONG_PARTS];
  int cadential, arrival;                   // in the phrase's last bar; at the cadence's arrival
  int context;                              // which weights a degree has
} NAMED(moment);

// Where a part has to go when the chord changes: a seventh down by step, a leading tone up; 0: anywhere.
INLINE uint32_t NAMED(due)(const song *s, const NAMED(moment) *m, int p) {
  const song_chord *c = s->now.harmony, *was = s->now.harmony_before;
  const int last = s->now.last[p];
  if (last < 0 || m->i || m->pitch[p] < 0 || !was || was->root_class == c->root_class) return 0;
  return bit(last) & was->seventh ? bit(last - 1) : bit(last) & was->rising ? bit(last + 1) : 0;
}

// Lanes of a part on which it would go in parallel fifths or octaves with another that has moved at this step; `perfect`: on
// which it would reach one of them.
INLINE uint32_t NAMED(parallel)(const song *s, const NAMED(moment) *m, int p, int u, uint32_t *perfect) {
  const song_world *w = s->task.world;
  const state *now = &s->now;
  *perfect = 0;
  if (!((m->decided & m->moving) >> u & 1) || m->pitch[p] < 0 || m->pitch[u] < 0 || now->pitch[u] < 0 || m->pitch[u] == now->pitch[u]) return 0;
  const int down = u > p;  // the other part is lower
  const int high = w->class_of[down ? m->pitch[p] : m->pitch[u]], low = w->class_of[down ? m->pitch[u] : m->pitch[p]];
  const int other = now->harmony->scale * w->classes + w->class_of[now->pitch[u]];
  const uint32_t fifths = down ? w->fifth_above[other] : w->fifth_below[other], unisons = w->unison[other];
  *perfect = fifths | unisons;
  return (fifths & if_so(w->is_fifth[low * w->classes + high])) | (unisons & if_so(low == high));
}

// Where a part may be at this step: where it is, or if that is to be decided, where it could go but for parts between the
// outer ones.
INLINE uint32_t NAMED(possible)(const song *s, const NAMED(moment) *m, int p) {
  const song_world *w = s->task.world;
  const state *now = &s->now;
  if (m->decided >> p & 1) return bit(now->lane[p]);
  const song_chord *c = now->harmony;
  const int last = now->last[p], bass = PARTS(w) - 1;
  uint32_t lanes = (p == bass && m->i == 0 ? c->bass : c->members) & below(w->high[p] + 1) & ~below(w->low[p]);
  if (last >= 0) {
    const uint32_t due = NAMED(due)(s, m, p);
    lanes &= w->reach[c->scale * w->pitches + now->last_pitch[p]];
    if (now->pending[p] == 2) lanes = bit(last - 1);
    else if (now->pending[p] == 1) lanes &= bit(last - 1) | bit(last + 1);
    else if (lanes & due) lanes &= due;
  }
  uint32_t perfect;
  const uint32_t parallel = NAMED(parallel)(s, m, p, 0, &perfect) | NAMED(parallel)(s, m, p, bass, &perfect);
  return lanes & ~parallel ? lanes & ~parallel : lanes;
}

// Lanes of a part where no part crosses another and those that are still to come have room.
INLINE uint32_t NAMED(order)(const song *s, const NAMED(moment) *m, int p) {
  const int parts = PARTS(s->task.world);
  if (parts > 4) {
    // Tones of a chord are too few here to find one by chance: every part gets a place. Two inner parts may meet.
    int lowest = 0, highest = SONG_LANES;
    for (int u = parts - 1; u > p; u--) {
      const uint32_t lanes = NAMED(possible)(s, m, u) & ~below(lowest);
      if (lanes) lowest = __builtin_ctz(lanes) + !(u > 1 && u < parts - 1);
    }
    for (int u = 0; u < p; u++) {
      const uint32_t lanes = NAMED(possible)(s, m, u) & below(highest);
      if (lanes) highest = 31 - __builtin_clz(lanes) + (u > 0 && u < parts - 2);
    }
    return below(highest) & ~below(lowest);
  }
  uint32_t order = ~0u;
  int gap = 0;
  for (int u = p - 1, found = 0; u >= 0; u--) {
    const int known = m->decided >> u & 1, here = known && s->now.lane[u] >= 0 && !found;
    order &= ~if_so(here) | below(s->now.lane[u] - gap);
    found |= here, gap += !known;
  }
  gap = 0;
  for (int u = p + 1, found = 0; u < parts; u++) {
    const int known = m->decided >> u & 1, here = known && s->now.lane[u] >= 0 && !found;
    order &= ~(if_so(here) & below(s->now.lane[u] + 1 + gap));
    found |= here, gap += !known;
  }
  return order;
}
