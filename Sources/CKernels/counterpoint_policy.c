// A log-linear policy on the table.
#include <string.h>

#include "CKernels.h"
#include "counterpoint.h"

#pragma STDC FP_CONTRACT OFF

// Where the weights of each kind of feature begin. P is the progress through the piece in sixths.
enum {
  MOVEMENT = 0,                        // movement, -8...8
  RHYTHM = MOVEMENT + 17,              // place in the bar, duration
  INTERVAL = RHYTHM + 32,              // semitones to the melody, up to 39; 40 for a rest
  USE = INTERVAL + 41,                 // how often the pitch was used, P
  HEIGHT = USE + 36,                   // degrees from the highest pitch so far, -12...3
  TOP = HEIGHT + 16,                   // not the top of the range, the top for the first time, again; P
  SKIP = TOP + 18,                     // whether it is a skip, skips so far
  LATE_SKIP = SKIP + 16,               // skips so far, P: skips only
  DEPTH = LATE_SKIP + 48,              // degrees below the top of the range, up to 15, P
  AFTER = DEPTH + 96,                  // kind of the last movement, movement
  DEGREE = AFTER + 136,                // degree of the scale
  AGAIN = DEGREE + 8,                  // whether 4, 8 steps ago the same sounded with the same melody note
  WIDTH = AGAIN + 4,                   // degrees that the last nine notes span, P
  HEAD = WIDTH + 66,                   // degrees to the end, -16...15, quarters of the piece left up to 7
  MEAN = HEAD + 256,                   // used so far in notes a degree of the range
  COUNTED = MEAN + 8,
};
_Static_assert(COUNTED <= CK_GENERAL_WEIGHTS, "the general weights are too few");

#define FEATURES 17

static int clamp(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

// What a line looks back at.
typedef struct context {
  uint8_t counts[CK_POSITIONS], codes[CK_STEPS], recent[CK_STEPS];
  int highest, skips, last, notes;
} context;

static void begin(const ck_counterpoint_table *table, context *c) {
  memset(c, 0, sizeof *c);
  memset(c->codes, CK_SILENT, (size_t)table->start_pause);
  memset(c->codes + table->start_pause, table->start, (size_t)(8 - table->start_pause));
  c->counts[table->start]++;
  c->counts[table->end]++;
  c->highest = table->start;
  c->last = -1;
  c->recent[c->notes++] = (uint8_t)table->start;
}

static void advance(context *c, const ck_counterpoint_edge *edge, int step) {
  memset(c->codes + step, edge->position, edge->duration);
  c->counts[edge->position]++;
  c->highest = edge->position > c->highest ? edge->position : c->highest;
  int m = edge->movement;
  c->skips += m > 1 || m < -1;
  c->last = m == 0 ? 0 : m == 1 ? 1 : m == -1 ? 2 : m == 2 ? 3 : m == -2 ? 4 : m > 0 ? 5 : 6;
  c->recent[c->notes++] = edge->position;
}

// The weights that a continuation has: their indices.
static int features(const ck_counterpoint_table *table, const ck_counterpoint_policy *policy, const context *c,
                    int step, const ck_counterpoint_edge *edge, int *out) {
  int n = 0, position = edge->position, m = clamp(edge->movement, -8, 8) + 8;
  int progress = (step - 8) * 6 / (table->steps - 16), melody = policy->melody[step];
  int used = c->counts[position] < 5 ? c->counts[position] : 5, k = __builtin_ctz(edge->duration);
  int is_skip = edge->movement > 1 || edge->movement < -1, skips = c->skips < 7 ? c->skips : 7;
  int interval = policy->key[position] - melody;
  interval = interval < 0 ? -interval : interval;
  out[n++] = MOVEMENT + m;
  out[n++] = RHYTHM + (step & 7) * 4 + k;
  out[n++] = INTERVAL + (melody < 0 ? 40 : interval < 39 ? interval : 39);
  out[n++] = USE + used * 6 + progress;
  out[n++] = HEIGHT + clamp(position - c->highest, -12, 3) + 12;
  out[n++] = TOP + (position < table->highest ? 0 : c->counts[position] ? 2 : 1) * 6 + progress;
  out[n++] = SKIP + is_skip * 8 + skips;
  if (is_skip) out[n++] = LATE_SKIP + skips * 6 + progress;
  out[n++] = DEPTH + clamp(table->highest - position, 0, 15) * 6 + progress;
  out[n++] = AFTER + (c->last + 1) * 17 + m;
  out[n++] = DEGREE + policy->degree[position];
  int again = 0;
  for (int back = 4, bit = 1; back <= 8; back *= 2, bit *= 2) {
    if (c->codes[step - back] == position && policy->melody[step - back] == melody) again |= bit;
  }
  out[n++] = AGAIN + again;
  int low = position, high = position;
  for (int i = c->notes > 8 ? c->notes - 8 : 0; i < c->notes; i++) {
    low = c->recent[i] < low ? c->recent[i] : low;
    high = c->recent[i] > high ? c->recent[i] : high;
  }
  out[n++] = WIDTH + (high - low < 10 ? high - low : 10) * 6 + progress;
  int left = (table->steps - 8 - step) / 8;
  out[n++] = HEAD + (clamp(position - table->end, -16, 15) + 16) * 8 + (left < 7 ? left : 7);
  out[n++] = MEAN + clamp(c->notes * 2 / (table->highest - table->lowest + 1), 0, 7);
  if (policy->own) out[n++] = CK_GENERAL_WEIGHTS + (step / 4) * CK_POSITIONS + position;
  return n;
}

// The likelihoods of what can follow, their features if wanted.
static void likelihoods(const ck_counterpoint_table *table, const ck_counterpoint_policy *policy, const context *c,
                        uint32_t state, uint32_t count, double *out, int (*indices)[FEATURES], int *index_counts) {
  const ck_counterpoint_edge *edges = table->open + table->open_first[state];
  int own[FEATURES];
  double most = -1e300, sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    int *list = indices ? indices[i] : own;
    int n = features(table, policy, c, table->step[state], &edges[i], list);
    float logit = 0;
    for (int f = 0; f < n; f++) logit += policy->weights[list[f]];
    if (index_counts) index_counts[i] = n;
    out[i] = logit;
    most = logit > most ? logit : most;
  }
  for (uint32_t i = 0; i < count; i++) sum += out[i] = ck_exp(out[i] - most);
  for (uint32_t i = 0; i < count; i++) out[i] /= sum;
}

// Continuations of a state at most: all positions with all durations.
#define CHOICES (CK_POSITIONS * 4)

void ck_counterpoint_draw(const ck_counterpoint_table *table, const ck_counterpoint_policy *policy, uint64_t *random,
                          ck_counterpoint_line *line) {
  double chances[CHOICES];
  context c;
  uint32_t state = 0;
  begin(table, &c);
  line->count = 0;
  while (table->step[state] < table->steps - 8) {
    uint32_t count = table->open_first[state + 1] - table->open_first[state], chosen = 0;
    const ck_counterpoint_edge *edges = table->open + table->open_first[state];
    if (count > 1) {
      likelihoods(table, policy, &c, state, count, chances, NULL, NULL);
      double rest = ck_unit(random);
      while (chosen + 1 < count && rest >= chances[chosen]) rest -= chances[chosen++];
    }
    advance(&c, &edges[chosen], table->step[state]);
    line->notes[line->count++] = edges[chosen];
    state = edges[chosen].to;
  }
}

void ck_counterpoint_learn(const ck_counterpoint_table *table, const ck_counterpoint_policy *policy,
                           const ck_counterpoint_line *line, const float *advantages, const float *temperatures,
                           float *gradient) {
  static _Thread_local double chances[CHOICES];
  static _Thread_local int indices[CHOICES][FEATURES], index_counts[CHOICES];
  context c;
  uint32_t state = 0;
  begin(table, &c);
  for (int i = 0; i < line->count; i++) {
    uint32_t count = table->open_first[state + 1] - table->open_first[state];
    if (count > 1) {
      likelihoods(table, policy, &c, state, count, chances, indices, index_counts);
      const ck_counterpoint_edge *edges = table->open + table->open_first[state];
      // The entropy's gradient is -p * (ln p + entropy); -ln p by way of the logits would be longer to say.
      double entropy = 0, surprise[CHOICES];
      if (temperatures[i] != 0) {
        for (uint32_t j = 0; j < count; j++) {
          surprise[j] = -ck_log(chances[j]);
          entropy += chances[j] * surprise[j];
        }
      }
      for (uint32_t j = 0; j < count; j++) {
        int chosen = edges[j].position == line->notes[i].position && edges[j].duration == line->notes[i].duration;
        double push = advantages[i] * (chosen - chances[j]);
        if (temperatures[i] != 0) push += temperatures[i] * chances[j] * (surprise[j] - entropy);
        for (int f = 0; f < index_counts[j]; f++) gradient[indices[j][f]] += (float)push;
      }
    }
    advance(&c, &line->notes[i], table->step[state]);
    state = line->notes[i].to;
  }
}
