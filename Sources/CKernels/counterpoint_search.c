// Search by splices: a few notes of a line are drawn again, and the old line is taken up where it fits.
#include <string.h>

#include "CKernels.h"
#include "counterpoint.h"

#pragma STDC FP_CONTRACT OFF

// What likeness to other lines costs: nothing up to the share that may be the same.
static double likeness(const ck_counterpoint_annealing *a, const ck_counterpoint_line *line) {
  double cost = 0;
  for (int other = 0; other < a->other_count; other++) {
    const uint8_t *notes = a->others + other * CK_STEPS;
    int same = 0, at = 8;
    for (int i = 0; i < line->count; i++) {
      same += notes[at] == line->notes[i].position + 1;
      at += line->notes[i].duration;
    }
    int fewer = line->count < a->other_notes[other] ? line->count : a->other_notes[other];
    double excess = same - a->most_shared * fewer;
    if (fewer > 0 && excess > 0) cost += a->shared_cost * excess / fewer;
  }
  return cost;
}

// Copies the beginning and draws the rest; the result differs from the old line in `fresh` notes at least.
static void splice(const ck_counterpoint_table *table, const ck_counterpoint_annealing *a, uint64_t *random,
                   const ck_counterpoint_line *old, ck_counterpoint_line *line) {
  int from = (int)ck_below(random, (uint32_t)old->count), fresh = 1 + (int)ck_below(random, (uint32_t)a->longest);
  memcpy(line->notes, old->notes, (size_t)from * sizeof *line->notes);
  int count = from, drawn = 0, other = from;
  uint32_t state = from ? old->notes[from - 1].to : 0, last = (uint32_t)table->steps - 8;
  int other_step = table->step[state];
  while (table->step[state] < last) {
    int step = table->step[state];
    while (other < old->count && other_step < step) other_step += old->notes[other++].duration;
    int together = other < old->count && other_step == step;
    if (together && drawn && (other ? old->notes[other - 1].to : 0) == state) {
      // The same state at the same time: all that followed follows again.
      memcpy(line->notes + count, old->notes + other, (size_t)(old->count - other) * sizeof *line->notes);
      count += old->count - other;
      break;
    }
    const ck_counterpoint_edge *edges = table->open + table->open_first[state], *edge = NULL;
    uint32_t choices = table->open_first[state + 1] - table->open_first[state];
    if (drawn >= fresh && together && ck_unit(random) < a->follow) {
      const ck_counterpoint_edge *wanted = &old->notes[other];
      for (uint32_t i = 0; i < choices && !edge; i++) {
        if (edges[i].position == wanted->position && edges[i].duration == wanted->duration) edge = &edges[i];
      }
    }
    if (!edge) edge = &edges[ck_below(random, choices)];
    line->notes[count++] = *edge;
    state = edge->to;
    drawn++;
  }
  line->count = count;
}

double ck_counterpoint_anneal(const ck_counterpoint_table *table, const ck_counterpoint_scoring *scoring,
                              const ck_counterpoint_annealing *a, uint64_t *random, ck_counterpoint_line *line) {
  ck_counterpoint_line current = *line, next;
  double value = ck_counterpoint_score(table, scoring, &current, NULL) - likeness(a, &current), best = value;
  double temperature = a->hot;
  if (!current.count) return value;
  for (int64_t move = 0; move < a->moves; move++) {
    if (move && move % 256 == 0) temperature *= a->cooling;
    splice(table, a, random, &current, &next);
    double score = ck_counterpoint_score(table, scoring, &next, NULL);
    if (a->other_count) score -= likeness(a, &next);
    if (score < value && !(ck_unit(random) < ck_exp((score - value) / temperature))) continue;
    current.count = next.count;
    memcpy(current.notes, next.notes, (size_t)next.count * sizeof *next.notes);
    value = score;
    if (score > best) {
      best = score;
      line->count = next.count;
      memcpy(line->notes, next.notes, (size_t)next.count * sizeof *next.notes);
    }
  }
  return best;
}
