// A step: every part's note, the bass first, then the melody, then the inner parts from above.

INLINE int NAMED(predicted)(const song *s, const song_bar *b, const NAMED(moment) *m, int p) {
  const song_world *w = s->task.world;
  const int there = b->reference * w->steps + w->start[m->k] + m->i;
  if (!s->grid.onset[p][there]) return -1;
  const song_bar *former = &s->task.plan->bar[b->reference];
  int shift = w->key[b->key].tonic - w->key[former->key].tonic;
  if (shift > w->degrees / 2) shift -= w->degrees;
  if (shift < -(w->degrees / 2)) shift += w->degrees;
  const int lane = s->grid.lane[p][there];
  if (p != 0) return b->relation == SONG_EXACT || b->relation == SONG_VARIED ? lane + shift : -1;
  const int t = s->grid.transformation[m->bar];
  if (t >= 14) return -1;
  int first = b->reference * w->steps;
  while (first < there && s->grid.lane[0][first] < 0) first++;
  const int start = s->grid.lane[0][first], moved = start + shift + t % 7 - 3;
  return t >= 7 ? moved - (lane - start) : moved + (lane - start);
}

INLINE void NAMED(sing)(song *s, NAMED(moment) *m, const int p, const int role) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  const song_bar *b = &plan->bar[m->bar];
  state *now = &s->now;
  const song_chord *c = now->harmony;
  const int bar = m->bar, parts = PARTS(w), first = m->i == 0;
  int relaxed = 0;
  const int motif = b->reference >= 0 ? NAMED(predicted)(s, b, m, p) : -1;
  const uint32_t mask = NAMED(allowed)(s, m, p, role, motif, &relaxed);
  const int last = now->last[p], from = last >= 0 ? last : (w->low[p] + w->high[p]) / 2, window = from - 7;
  const uint32_t here = (window >= 0 ? mask >> window : mask << -window) & 0xFFFF;
  const int weight = w->weight[w->start[m->k] + m->i], strong = weight == 2 || first;
  const int free = b->reference < 0;
  const int bass = now->lane[parts - 1], top = now->lane[0];
  ROWS r = {.count = 0, .slot = NAMED(slot)(b, m->k, 2, role), .step = m->step, .invention = free && role == 0 && !m->cadential,
            .taste = role == 0 && free ? plan->step_taste : 0, .sharpness = free && !m->cadential ? 1 : s->now.sharpness};
  // As many rows for every note of a role: what varies costs more than a row of nothing.
#define ROW(condition, place) r.row[r.count++] = (condition) ? (place) : NOTHING
  ROW(1, AT_INTERVAL + (role * 7 + (last >= 0 ? now->turn[p] : 3)) * 16);
  if (role != 1) ROW(bass >= 0, AT_BASS + (role * 2 + strong) * DIFFERENCE + DIFFERENCE_ORIGIN + window - bass);
  if (role != 0) ROW(top >= 0, AT_TOP + role * DIFFERENCE + DIFFERENCE_ORIGIN + window - top);
  if (role == 3) ROW(now->lane[p - 1] >= 0, AT_ABOVE + role * DIFFERENCE + DIFFERENCE_ORIGIN + window - now->lane[p - 1]);
  ROW(1, AT_CHORD + (role * 2 + strong) * DEGREE + DEGREE_ORIGIN + window - c->root_class);
  const int leads = now->harmony_after && NAMED(next_onset)(s, m, p) >= w->length[m->k];
  ROW(leads, AT_NEXT + role * DEGREE + DEGREE_ORIGIN + window - (leads ? now->harmony_after : c)->root_class);
  ROW(1, AT_DEGREE + (role * 8 + m->context) * DEGREE + DEGREE_ORIGIN + window - w->key[b->key].tonic);
  ROW(1, AT_REGISTER + (role * 3 + b->level) * LANE + LANE_ORIGIN + window);
  if (role == 0)
    ROW(b->climax || b->nadir, AT_WINDOW + (b->climax ? now->climaxes > 0 : 2 + (now->nadirs > 0)) * LANE + LANE_ORIGIN + window + (b->climax ? 24 - plan->climax_lane : 16 - plan->nadir_lane));
  ROW(motif >= 0 && motif < SONG_LANES, AT_MOTIF + ((role * 6 + b->relation) * 2 + strong) * DIFFERENCE + DIFFERENCE_ORIGIN + window - motif);
#undef ROW
  int lane;
  if (NAMED(given)(s, p, bar)) {
    lane = m->step < 0 ? s->grid.upbeat_lane[m->step + plan->upbeat] : s->grid.lane[p][m->step];
    now->decisions += here != 0, relaxed += !here;
  } else if (here) {
    lane = NAMED(decide)(s, &r, 2, here, -1) + window;
  } else {  // out of reach: the nearest lane there is
    relaxed++;
    lane = from;
    for (int far = 8; far < SONG_LANES && !(mask >> (lane & 31) & 1); far++) lane = bit(from - far) & mask ? from - far : bit(from + far) & mask ? from + far : lane;
    if (!(bit(lane) & mask)) lane = 31 - __builtin_clz(mask);
  }
  if (relaxed) NAMED(fault)(s, bar);

  const int pitch = w->scale[c->scale].pitch[lane];
  if (last >= 0) {
    const int d = lane - last, size = d < 0 ? -d : d;
    const int leapt = now->turn[p] == 0 || now->turn[p] == 6, up = now->turn[p] == 6;
    if (role == 0) {
      REWARD(STEPS, steps_rule(size));
      if (leapt) REWARD(LEAPS, leaps_rule(d, up));
      // To and fro is no melody.
      const int back = now->before[p] == lane && d != 0;
      if (back) REWARD(STEPS, steps_to_and_fro(now->zigzag));
      now->zigzag = (int8_t)back;
    } else if (role == 1) {
      REWARD(BASS_LINE, bass_line_rule(size));
      if (leapt && size >= 3 && (d > 0) == up) REWARD(BASS_LINE, bass_line_two_leaps);
      if (now->before[p] == lane && d != 0) REWARD(BASS_LINE, bass_line_to_and_fro);
    } else {
      REWARD(LINES, lines_rule(size, now->length[p] < 3));
      if (now->before[p] == lane && d != 0) REWARD(LINES, lines_to_and_fro);
    }
    if (role == 0 && m->pitch[p] >= 0 && m->pitch[parts - 1] >= 0 && now->pitch[parts - 1] != m->pitch[parts - 1] && d) {
      const int bass_rose = now->pitch[parts - 1] > m->pitch[parts - 1];
      REWARD(CONTRARY, contrary_rule(bass_rose, d > 0));
    }
    now->before[p] = (int8_t)last;
    now->turn[p] = (int8_t)turn_of(d);
    now->repeats[p] = d == 0 ? (int8_t)least(now->repeats[p] + 1, 100) : 0;
    if (role == 0 && now->repeats[p] >= 2) REWARD(STEPS, steps_stay);
  }
  const int foreign = !(bit(lane) & c->members);
  if (foreign) REWARD(LINES, lines_foreign(role == 0));
  now->pending[p] = (int8_t)foreign;
  if (role == 0) {
    if (b->climax && lane == plan->climax_lane) { now->climaxes++; REWARD(CLIMAX, climax_rule(now->climaxes)); }
    if (b->nadir && lane == plan->nadir_lane) { now->nadirs++; REWARD(NADIR, nadir_rule(now->nadirs)); }
    if (m->arrival) {
      const int by_step = last >= 0 && (lane - last == 1 || lane - last == -1);
      REWARD(CADENCE_RULE, cadence_rule(c, b->cadence, bit(lane), by_step));
    }
  }
  now->lane[p] = now->last[p] = (int8_t)lane;
  now->pitch[p] = now->last_pitch[p] = (int16_t)pitch;
  now->length[p] = 0;
  now->in_bar[p]++;
}

INLINE void NAMED(part)(song *s, NAMED(moment) *m, const int p, const int role) {
  state *now = &s->now;
  const int moves = m->moving >> p & 1;
  if (moves) NAMED(sing)(s, m, p, role);
  now->length[p]++;
  s->grid.onset[p][m->step] = (uint8_t)moves;
  s->grid.lane[p][m->step] = now->lane[p];
  s->grid.pitch[p][m->step] = now->pitch[p];
  m->decided |= 1u << p;
}

static void NAMED(step)(song *s, int bar, int k, int i, int step, int at) {
  const song_world *w = s->task.world;
  const song_bar *b = &s->task.plan->bar[bar];
  state *now = &s->now;
  const int parts = PARTS(w), first = i == 0;
  NAMED(moment) m = {.bar = bar, .k = k, .i = i, .step = step, .at = at};
  m.cadential = b->cadence && b->in_phrase == b->phrase_bars - 1;
  m.arrival = m.cadential && first && b->arrival == k;
  m.context = m.arrival ? b->cadence : (s->task.plan->context[at] & 7) == 1 ? 6 : 7 * (b->in_phrase == 0 && k == 0 && first);
  for (int p = 0; p < parts; p++) {
    m.lane[p] = now->lane[p], m.pitch[p] = now->pitch[p];
    if (NAMED(onsets)(s->grid.rhythm[p][at]) >> i & 1) m.moving |= 1u << p;
  }
  m.decided = ~m.moving & ((1u << parts) - 1);
  if (m.cadential && !b->lead && !b->last && w->start[k] + i >= w->steps - b->breath && now->lane[0] >= 0 && !(m.moving & 1)) {
    now->lane[0] = -1, now->pitch[0] = -1;
    now->pending[0] = 0;
  }
  NAMED(part)(s, &m, parts - 1, 1);
  NAMED(part)(s, &m, 0, 0);
  if (parts > 2) NAMED(part)(s, &m, 1, 2);
  for (int p = 2; p < parts - 1; p++) NAMED(part)(s, &m, p, 3);
  if (NAMED(voiced)(b, &m) && parts > 2) {
    const song_chord *c = now->harmony;
    uint32_t sung = 0;
    int leading = 0, thirds = 0;
    for (int p = 0; p < parts; p++) {
      if (now->lane[p] < 0) continue;
      const uint32_t tone = now->pending[p] == 2 ? bit(now->lane[p] - 1) : bit(now->lane[p]);
      sung |= tone;
      leading += (tone & c->rising) != 0;
      thirds += (tone & c->third) != 0;
    }
    REWARD(COMPLETENESS, completeness_rule(c, sung, parts));
    REWARD(DOUBLING, doubling_rule(c, leading, thirds));
  }
}
