// The hard rules of pitch: the lanes that a part may sing at a step.

// The next onset of a part in its span after step i, or the span's length.
INLINE int NAMED(next_onset)(const song *s, const NAMED(moment) *m, int p) {
  const int length = s->task.world->length[m->k];
  const uint32_t later = NAMED(onsets)(s->grid.rhythm[p][m->at]) >> (m->i + 1);
  return later ? m->i + 1 + __builtin_ctz(later) : length;
}

// Whether the chord is complete at this step: with the first beat, or the second where parts come after it.
INLINE int NAMED(voiced)(const song_bar *b, const NAMED(moment) *m) { return m->i == (NAMED(after_beat)(b) && m->k == 0 ? 2 : 0); }

// Lanes from which the next chord can be reached by step.
INLINE uint32_t NAMED(leading)(const song *s, int p, uint32_t range) {
  const song_chord *c = s->now.harmony_after;
  if (!c) return 0;
  const uint32_t members = range & (p == PARTS(s->task.world) - 1 ? c->bass : c->members);
  return members << 1 | members >> 1;
}

// Where the melody's note after this one may be, if that comes at step `next` of the span.
INLINE uint32_t NAMED(answers)(const song *s, const NAMED(moment) *m, int next, uint32_t range) {
  const int length = s->task.world->length[m->k];
  const song_chord *c = s->now.harmony, *after = s->now.harmony_after;
  if (next >= length) return after ? range & after->members : range;
  const uint32_t later = NAMED(onsets)(s->grid.rhythm[0][m->at]) >> (next + 1);
  const int end = later ? next + 1 + __builtin_ctz(later) : length;
  const uint32_t members = range & c->members;
  // A passing or neighbour note is short, and leads on by step.
  if (end - next > 2) return members;
  if (end < length) return members | members << 1 | members >> 1;
  return after ? members | NAMED(leading)(s, 0, range) : members;
}

// What the part that sounds highest may sing at the cadence's arrival.
INLINE uint32_t NAMED(cadence_tones)(const song *s, const song_bar *b, const song_chord *c) {
  (void)s;
  if (b->last && b->cadence != SONG_HALF) return c->root;
  switch (b->cadence) {
    case SONG_AUTHENTIC: return c->root;
    case SONG_DECEPTIVE: return c->third;
    case SONG_IMPERFECT: return c->third | c->fifth;
    default: return c->members;
  }
}

// Whether the next span is the arrival of the piece's last cadence: what leads to it is heard unadorned.
INLINE int NAMED(before_close)(const song *s, int at) {
  const song_plan *plan = s->task.plan;
  if (at + 1 >= plan->bars * SONG_BAR_SPANS) return 0;
  const song_bar *after = &plan->bar[(at + 1) / SONG_BAR_SPANS];
  return after->last && after->arrival == (at + 1) % SONG_BAR_SPANS;
}

INLINE uint32_t NAMED(allowed)(song *s, const NAMED(moment) *m, int p, int role, int motif, int *relaxed) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  const song_bar *b = &plan->bar[m->bar];
  state *now = &s->now;
  const song_chord *c = now->harmony, *was = now->harmony_before;
  const int parts = PARTS(w), D = w->degrees, first = m->i == 0;
  const int last = now->last[p], connected = m->pitch[p] >= 0;
  const int next = NAMED(next_onset)(s, m, p), length = w->length[m->k];
  uint32_t range = below(w->high[p] + 1) & ~below(w->low[p]);
  if (role == 0) {
    // The highest note is no passing one: on a beat, and as long.
    const int stays = now->loose > 1 || (w->weight[w->start[m->k] + m->i] && next - m->i >= 2);
    range &= b->climax && now->climaxes == 0 && stays ? below(plan->climax_lane + 1) : below(plan->climax_lane);
    range &= ~below(b->nadir && now->nadirs == 0 ? plan->nadir_lane : plan->nadir_lane + 1);
  }
  const uint32_t order = range & NAMED(order)(s, m, p);
  uint32_t open = order;
  if (last >= 0) open &= w->reach[c->scale * w->pitches + now->last_pitch[p]];
  uint32_t members = role == 1 && first ? c->bass : c->members;
  // With many degrees a chord's next tone may be further than a part otherwise goes.
  if (role != 0 && w->degrees > 7 && last >= 0 && !(open & members)) open = order & below(last + w->degrees + 1) & ~below(last - w->degrees);
  uint32_t lanes = open & members;
  const uint32_t neighbours = last >= 0 ? bit(last - 1) | bit(last + 1) : 0;
  int bound = 0;  // it resolves, and does nothing else

  if (now->pending[p] == 1 && last >= 0) {
    lanes = open & neighbours & members;
    if (!first && !lanes) lanes = open & neighbours & NAMED(leading)(s, p, range);
  } else if (now->pending[p] == 2) {
    lanes = open & bit(last - 1);
  } else {
    const uint32_t due = NAMED(due)(s, m, p);
    if (due) {
      // At a cadence's arrival an inner leading tone may fall to the chord's fifth.
      const uint32_t there = lanes & (due | (due == bit(last + 1) && role >= 2 && m->arrival ? bit(last - 2) : 0));
      if (there) lanes = there, bound = 1;
    } else if (!first && connected && last >= 0 && !m->arrival) {
      // Passing and neighbour notes: short, off the strong beat, between notes a step away.
      const int duration = next - m->i;
      if (bit(last) & c->seventh) lanes &= neighbours | bit(last);
      if (duration <= 2 && (next < length || now->harmony_after) && !NAMED(before_close)(s, m->at)) {
        uint32_t passing = open & neighbours & ~members;
        if (next >= length) passing &= NAMED(leading)(s, p, range);
        else passing &= (range & members) << 1 | (range & members) >> 1;
        lanes |= passing;
      }
    }
    // With no chord under it, a pickup goes to its first beat by step, too.
    if (m->step < 0 && next >= length) lanes |= open & NAMED(leading)(s, p, range);
    // The last note before a chord with a leading tone or seventh to resolve: no dead ends.
    if (next >= length && now->harmony_after && role == 0 && m->at + 1 < plan->bars * SONG_BAR_SPANS) {
      const song_bar *after = &plan->bar[(m->at + 1) / SONG_BAR_SPANS];
      if (after->cadence == SONG_AUTHENTIC && after->in_phrase == after->phrase_bars - 1 &&
          after->arrival == (m->at + 1) % SONG_BAR_SPANS) {
        // The cadence's last step is a step.
        uint32_t goal = now->harmony_after->root, close = lanes & (goal << 1 | goal >> 1);
        if (close) lanes = close;
      }
    }
  }
  // A leap of the melody is answered by a step the other way; a cadence's note is settled by the cadence.
  if (role == 0 && connected && last >= 0 && !bound && !m->arrival && (now->turn[p] == 0 || now->turn[p] == 6)) {
    const uint32_t back = now->turn[p] == 6 ? below(last) : ~below(last + 1);
    const uint32_t answer = lanes & back & neighbours;
    if (answer) lanes = answer;
    else if (lanes & back) lanes &= back;
  }
  // It leaps only where a step back can follow.
  if (role == 0 && connected && last >= 0 && !bound && !m->arrival) {
    const uint32_t near = below(last + 3) & ~below(last - 2), goal = NAMED(answers)(s, m, next, range);
    const uint32_t answered = (~below(last + 3) & goal << 1) | (below(last - 2) & goal >> 1);
    if (lanes & (near | answered)) lanes &= near | answered;
  }
  // What returns as it was wants to be reached from where the melody is, unless that returns, too.
  if (role == 0 && b->relation != SONG_EXACT && next >= length && m->k == SONG_BAR_SPANS - 1 && m->bar + 1 < plan->bars && plan->bar[m->bar + 1].relation == SONG_EXACT) {
    const int there = plan->bar[m->bar + 1].reference * w->steps;
    if (s->grid.onset[0][there]) {
      const uint32_t first_note = bit(s->grid.lane[0][there]), stranded = lanes & ~members & ~(first_note << 1 | first_note >> 1);
      if (lanes & ~stranded) lanes &= ~stranded;
      const uint32_t from = w->reach[c->scale * w->pitches + s->grid.pitch[0][there]];
      const uint32_t near = last >= 0 ? below(last + 3) & ~below(last - 2) : ~0u;
      if (lanes & from & near) lanes &= from & near;
      else if (lanes & from) lanes &= from;
    }
  }
  // Where a phrase returns as it was, it begins as it did, by a leap too: between phrases a line is new.
  const int returns = role <= 1 && first && m->k == 0 && b->in_phrase == 0 && b->relation == SONG_EXACT && now->pending[p] == 0;
  const uint32_t seam = returns && last >= 0 && motif - last < 8 && last - motif < 8 ? order & members & bit(motif) : 0;
  lanes |= seam;
  // With many parts the bass is hemmed in: it does not go where it could not reach the next chord from.
  if (parts > 4 && role == 1 && next >= length && now->harmony_after) {
    const song_chord *after = now->harmony_after;
    uint32_t ways = 0;
    for (uint32_t rest = lanes; rest; rest &= rest - 1) {
      const int lane = __builtin_ctz(rest);
      ways |= bit(lane) & if_so((range & after->bass & w->reach[after->scale * w->pitches + w->scale[c->scale].pitch[lane]]) != 0);
    }
    if (ways) lanes = ways;
  }
  // The piece ends low. At other arrivals the bass goes against the melody's last step: down from under a leading tone.
  if (role == 1 && m->arrival && last >= 0) {
    const int tune = now->lane[0], rises = was && tune >= 0 && bit(tune) & was->rising, falls = tune > 0 && bit(tune - 1) & c->root;
    if ((b->last || rises) && lanes & below(last)) lanes &= below(last);
    else if (falls && lanes & ~below(last + 1)) lanes &= ~below(last + 1);
  }
  if (role == 0 && m->arrival) {
    uint32_t good = lanes & NAMED(cadence_tones)(s, b, c);
    if (good) lanes = good;
  }
  if (role == 0 && m->step == 0 && lanes & (uint32_t)plan->opening) lanes &= (uint32_t)plan->opening;
  if (!lanes) {
    ++*relaxed;
    lanes = open & members;
    if (!lanes) lanes = order & members;
    if (!lanes) lanes = range & c->members;
    if (!lanes) lanes = range ? range : ~0u;
  }

  // Tones that want to go somewhere are not doubled, nor is what a suspension delays.
  uint32_t avoid = 0;
  const uint32_t tender = c->rising | c->seventh;
  for (int u = 0; u < parts; u++) {
    if (u == p) continue;
    const uint32_t known = if_so(m->decided >> u & 1);
    avoid |= s->octaves[now->lane[u] & 31] & known & if_so(bit(now->lane[u]) & tender);
    if (role != 1) avoid |= s->octaves[(now->lane[u] - 1) & 31] & known & if_so(now->pending[u] == 2 && now->lane[u] > 0);
  }
  if (first && role != 1 && parts == 4) avoid |= c->bass & if_so(c->seventh);
  if (lanes & ~avoid) lanes &= ~avoid;

  // Parallel fifths and octaves with every part that moves at the same time; hidden ones between the outer parts.
  uint32_t forbidden = 0, hidden = 0, doubled = 0;
  for (int u = 0; u < parts; u++) {
    if (u == p) continue;
    uint32_t perfect;
    const uint32_t parallel = NAMED(parallel)(s, m, p, u, &perfect);
    // With more than four parts there are not tones enough for all: two inner parts may double each other, and meet.
    if (parts > 4 && role >= 2 && u > 0 && u < parts - 1) doubled |= parallel | (bit(now->lane[u]) & if_so(m->decided >> u & 1));
    else forbidden |= parallel;
    if ((role == 0 || role == 1) && (u == 0 || u == parts - 1)) {
      const int rose = now->pitch[u] > m->pitch[u];
      hidden |= (below(m->lane[p] + rose) ^ if_so(rose)) & perfect;
    }
  }
  // A note that is repeated does not move.
  if (connected && w->scale[c->scale].pitch[m->lane[p]] == m->pitch[p]) forbidden &= ~bit(m->lane[p]);
  if (lanes & ~forbidden) lanes &= ~forbidden;
  else ++*relaxed;
  if (lanes & ~doubled) lanes &= ~doubled;
  if (m->arrival && role == 0) hidden &= ~neighbours;  // a leading tone may rise whatever the bass does
  if (lanes & ~hidden) lanes &= ~hidden;
  else if (!forbidden || lanes & ~forbidden) ++*relaxed;

  // Wishes, where they can be had: spacing, then complete chords.
  if (role != 1) {
    uint32_t close = ~0u;
    if (p > 0 && m->decided >> (p - 1) & 1 && now->lane[p - 1] >= 0) close &= ~below(now->lane[p - 1] - D);
    if (p + 1 < parts - 1 && m->decided >> (p + 1) & 1 && now->lane[p + 1] >= 0) close &= below(now->lane[p + 1] + D + 1);
    if (lanes & close) lanes &= close;
  }
  if (NAMED(voiced)(b, m) && now->pending[p] == 0) {
    uint32_t sung = 0;
    int left = 1;
    for (int u = 0; u < parts; u++) {
      if (u == p) continue;
      const int known = m->decided >> u & 1;
      sung |= bit(now->lane[u] - (now->pending[u] == 2)) & if_so(known && now->lane[u] >= 0);
      left += !known;
    }
    uint32_t missing = 0;
    int count = 0;
    const uint32_t tone[4] = {c->third, c->seventh, c->root, c->fifth};
    for (int j = 0; j < 4; j++) {
      const int needed = tone[j] && !(sung & tone[j]) && !(j == 3 && left > 1 && parts < 4) && count < left;
      missing |= tone[j] & if_so(needed);
      count += needed;
    }
    if (count >= left) {
      if (lanes & missing) lanes &= missing;
      else if (parts > 3 && (b->last || NAMED(before_close)(s, m->at) || missing & c->third)) ++*relaxed;
    }
  }
  // No false relation: a note that is altered now belongs to the part that had it unaltered.
  if (first && was && was->scale != c->scale) {
    uint32_t cross = 0;
    for (int u = 0; u < parts; u++) {
      if (u == p || m->pitch[u] < 0) continue;
      const int altered = w->class_of[w->scale[c->scale].pitch[m->lane[u]]] != w->class_of[m->pitch[u]];
      cross |= s->octaves[m->lane[u]] & if_so(altered);
    }
    if (lanes & ~cross) lanes &= ~cross;
  }
  // Three times the same is enough.
  if (role == 0 && now->repeats[p] >= 2 && lanes & ~bit(last)) lanes &= ~bit(last);
  if (role <= 1 && b->relation == SONG_EXACT && now->loose <= (role == 0) && lanes & bit(motif)) lanes = bit(motif);
  return lanes;
}
