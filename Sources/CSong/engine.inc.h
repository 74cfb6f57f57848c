// Composing a piece; the includer defines PATH, PARTS (of a world: constant where that makes it faster), FREELY (1: nothing
// is given, taken by somebody else or added up by bar, as in training) and, for the path that is called, FOUR_PARTS: what
// composes freely in four.
#include "decide.inc.h"
#define ROWS NAMED(rows)

INLINE void NAMED(reward)(song *s, int bar, int rule, float value) {
  state *now = &s->now;
  value *= s->task.world->coefficient[rule];
  now->rule[rule] += value;
  s->decision[now->recorded].reward += value;
  if (!FREELY && s->task.bars) s->task.bars[bar * SONG_RULES + rule] += value;
}
#define REWARD(rule, value) NAMED(reward)(s, bar, rule, value)

INLINE void NAMED(fault)(song *s, int bar) {
  s->now.faults++;
  NAMED(reward)(s, bar, FAULTS, faults_rule);
  if (s->task.bar_faults) s->task.bar_faults[bar]++;
}

INLINE int NAMED(given)(const song *s, int part, int bar) {
  return !FREELY && (s->task.replay || (s->task.given && s->task.given[part * SONG_BARS + bar]));
}

INLINE int NAMED(role)(const int part, const int parts) { return part == 0 ? 0 : part == parts - 1 ? 1 : part == 1 ? 2 : 3; }

// A place's baseline: by where in its phrase a decision is, not by time, because plans differ.
INLINE int NAMED(slot)(const song_bar *b, int span, int kind, int role) {
  int left = least(3, b->phrase_bars - 1 - b->in_phrase);
  return ((((left * 2 + span) * 3 + kind) * 4 + role) * 6 + b->relation) * 3 + (b->cadence == 0 ? 0 : b->in_phrase == b->phrase_bars - 1 ? 2 : 1);
}

// Whether the bass has the first beat and the parts above it the others, as in a waltz.
INLINE int NAMED(after_beat)(const song_bar *b) { return b->texture == 4 && !(b->cadence && b->in_phrase == b->phrase_bars - 1); }

#include "harmony.inc.h"
#include "rhythm.inc.h"
#include "others.inc.h"
#include "masks.inc.h"
#include "pitch.inc.h"
#include "upbeat.inc.h"
#include "form.inc.h"

// One span. Returns whether it could be composed without a fault.
INLINE int NAMED(span)(song *s, int bar, int k) {
  const song_world *w = s->task.world;
  state *now = &s->now;
  const int at = bar * SONG_BAR_SPANS + k, faults = now->faults;
  s->from = bar * w->steps + w->start[k];
  if (k == 0) {
    for (int p = 0; p < PARTS(w); p++) now->in_bar[p] = 0;
    NAMED(transform)(s, bar);
  }
  NAMED(harmonise)(s, bar, k);
  if (at == 0 && s->task.plan->upbeat) NAMED(upbeat)(s);
  NAMED(rhythms)(s, bar, k);
  for (int i = 0; i < w->length[k]; i++) {
    const int step = bar * w->steps + w->start[k] + i;
    NAMED(step)(s, bar, k, i, step, at);
  }
  if (k == SONG_BAR_SPANS - 1) NAMED(bar)(s, bar);
  return now->faults == faults && !(k == SONG_BAR_SPANS - 1 && NAMED(missed)(s, bar));
}

static void NAMED(play_all)(song *s) {
  const song_world *w = s->task.world;
  const song_plan *plan = s->task.plan;
  state *now = &s->now;
  memset(now, 0, sizeof *now);
  seed_random(now->random, s->task.key);
  for (int p = 0; p < SONG_PARTS; p++)
    now->lane[p] = now->last[p] = now->before[p] = -1, now->pitch[p] = now->last_pitch[p] = -1, now->turn[p] = 3;
  now->chord = now->next = now->chord_before = -1;
  s->decision[0].reward = 0;
  for (int lane = SONG_LANES - 1; lane >= 0; lane--) {
    s->octaves[lane] = 0;
    for (int other = lane % w->degrees; other < SONG_LANES; other += w->degrees) s->octaves[lane] |= 1u << other;
  }
  const int spans = plan->bars * SONG_BAR_SPANS, most_retries = s->task.retries;
  int tries = 0, budget = s->task.budget > 0 ? s->task.budget : most_retries * 400, taken_back = 0, stuck = -1, least_bad = 0;
  // How bad a span may be for ever: what is given has faults that nothing else can mend, and none is to be tried for twice.
  const int has_given = !FREELY && s->task.given != 0;
  int8_t hopeless[SONG_SPANS] = {0};
  for (int at = 0; at < spans; at++) {
    if (most_retries) s->undo[at % UNDONE] = *now;
    // What returns, and what the policy likes best, is given up for where it got stuck, not on the way there.
    const int near = at > stuck - 3;
    now->loose = near ? (tries > 8) + (tries > 20) : 0;
    now->sharpness = near && tries > 4 ? 1 : s->task.sharpness;
    const int before = now->faults, good = NAMED(span)(s, at / SONG_BAR_SPANS, at % SONG_BAR_SPANS);
    const int bad = least(100, 1 + now->faults - before);
    if (good || !most_retries || bad <= hopeless[at]) {
      if (at >= stuck) tries = 0, stuck = -1;
      continue;
    }
    if (at >= stuck) least_bad = at == stuck ? least(least_bad, bad) : bad;
    const int limit = NAMED(given)(s, 0, at / SONG_BAR_SPANS) ? s->task.given_retries : most_retries;
    if (budget > 0 && tries >= limit && has_given) {
      // Where it got stuck, not where it is on the way there.
      hopeless[most(stuck, at)] = (int8_t)least_bad;
      tries = 0;
      if (at >= stuck && bad <= least_bad) { stuck = -1; continue; }
      stuck = -1;
    }
    if (budget <= 0 || tries >= limit) { tries = 0, stuck = -1; continue; }  // accepted, and counted
    budget--, tries++, taken_back++, stuck = most(stuck, at);
    // The span itself, the one before, and now and then further back.
    const int back = least(at, tries % 4 ? tries & 1 : tries / 2);
    uint64_t random[2] = {now->random[0], now->random[1]};
    at -= back;
    *now = s->undo[at % UNDONE];
    now->random[0] = random[0], now->random[1] = random[1];
    at--;
  }
  double total = 0;
  for (int rule = 0; rule < SONG_RULES; rule++) total += now->rule[rule];
  s->result = (song_result){.total = total, .faults = now->faults, .decisions = now->decisions,
                            .recorded = now->recorded, .taken_back = taken_back};
  memcpy(s->result.rule, now->rule, sizeof now->rule);
}

#ifdef FOUR_PARTS
static void NAMED(play)(song *s) {
  const song_task *task = &s->task;
  if (task->world->parts == 4 && !task->replay && !task->given && !task->script && !task->bars) FOUR_PARTS(s);
  else NAMED(play_all)(s);
}

static const song_path NAMED(path) = {
#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
    .name = TEXT(PATH), .play = NAMED(play), .accumulate = NAMED(accumulate)};

#endif

#undef TEXT2
#undef TEXT
#undef F8
#undef I8
#undef B8
#undef ROWS
#undef REWARD
